"""How a kubelet pulls what a container needs: its own image, and those of its volumes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from emulators.azure.kubernetes import container_states, durations, images
from emulators.azure.kubernetes.controllers.machinery import Machinery
from emulators.azure.kubernetes.controllers.pod_view import PodView
from emulators.azure.kubernetes.faults import ImageFault
from emulators.azure.kubernetes.kinds import Object
from emulators.azure.kubernetes.pull_secrets import PullSecrets, read_pull_secrets
from emulators.azure.latency import Duration

FindFault = Callable[[str], ImageFault | None]
"""Of an image whose pull is to fail."""


@dataclass(frozen=True, slots=True)
class _Pull:
    image: str
    policy: str
    duration: Duration
    size_in_bytes: int


class ImagePulls:
    """Of one container, onto a node that keeps what it has pulled."""

    def __init__(
        self,
        machinery: Machinery,
        pod: PodView,
        container: Object,
        pulled: set[str],
        find_fault: FindFault,
    ) -> None:
        """`pulled`: what the node has, for all of its pods."""
        self._machinery = machinery
        self._pod = pod
        self._container = container
        self._pulled = pulled
        self._find_fault = find_fault

    async def run(self) -> None:
        """The volumes first: a kubelet pulls them before it starts any container."""
        for pull in (*self._of_volumes(), self._of_container()):
            await self._run(pull)

    def _of_container(self) -> _Pull:
        container = self._container
        return _Pull(
            container["image"],
            container["imagePullPolicy"],
            images.pull_duration(container),
            images.size_in_bytes(container),
        )

    def _of_volumes(self) -> Iterator[_Pull]:
        mounted = {each["name"] for each in self._container.get("volumeMounts") or []}
        for volume in self._pod.spec.get("volumes") or []:
            if "image" in volume and volume["name"] in mounted:
                source = volume["image"]
                size = images.volume_size_in_bytes(source["reference"])
                duration = images.volume_pull_duration(size)
                yield _Pull(source["reference"], source["pullPolicy"], duration, size)

    async def _run(self, pull: _Pull) -> None:
        if pull.image in self._pulled and pull.policy != "Always":
            message = f'Container image "{pull.image}" already present on machine'
            self._pod.normal("Pulled", message)
            return
        attempt = 0
        while (said := await self._try(pull)) is not None:
            await self._wait_for_next(pull.image, said, attempt)
            attempt += 1

    async def _try(self, pull: _Pull) -> str | None:
        secrets = self._read_secrets()
        if secrets.missing:
            self._pod.warning("FailedToRetrieveImagePullSecret", secrets.warning)
        self._pod.normal("Pulling", f'Pulling image "{pull.image}"')
        started_at = self._machinery.clock.now()
        is_short = pull.image in self._pulled or self._refusal(pull.image)
        duration = durations.CONTAINER_START if is_short else pull.duration
        await self._machinery.latencies.wait(
            f"Kubernetes pull image {pull.image} in {self._pod.path}", duration
        )
        said = self._refusal(pull.image)
        if said is not None:
            return said
        self._pulled.add(pull.image)
        seconds = (self._machinery.clock.now() - started_at).total_seconds()
        self._pod.normal(
            "Pulled",
            f'Successfully pulled image "{pull.image}" in {seconds:.3f}s'
            f" ({seconds:.3f}s including waiting). Image size: {pull.size_in_bytes} bytes.",
        )
        return None

    def _refusal(self, image: str) -> str | None:
        """What the runtime says if the pull fails."""
        fault = self._find_fault(image)
        if fault is None:
            return self._machinery.faults.find_pull_refusal(image, self._read_secrets().logins)
        failure = images.pull_failure(image, fault.message)
        return f"rpc error: code = NotFound desc = {failure}"

    def _read_secrets(self) -> PullSecrets:
        return read_pull_secrets(self._machinery.store, self._pod.namespace, self._pod.spec)

    async def _wait_for_next(self, image: str, said: str, attempt: int) -> None:
        self._pod.warning("Failed", f'Failed to pull image "{image}": {said}')
        self._pod.warning("Failed", "Error: ErrImagePull")
        self._set_state(container_states.waiting("ErrImagePull", said))
        await self._machinery.clock.sleep(1)
        message = f'Back-off pulling image "{image}"'
        self._pod.normal("BackOff", message)
        self._pod.warning("Failed", "Error: ImagePullBackOff")
        state = container_states.waiting("ImagePullBackOff", f"{message}: ErrImagePull: {said}")
        self._set_state(state)
        await self._machinery.clock.sleep(durations.step(durations.PULL_BACKOFF_SECONDS, attempt))

    def _set_state(self, state: Object) -> None:
        self._pod.set_container(self._container["name"], state=state)
