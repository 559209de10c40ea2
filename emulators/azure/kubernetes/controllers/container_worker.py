"""One container's life: pull, start, probes, crashes and back-off."""

from typing import Any

from emulators.azure.kubernetes import container_states, durations, images, service_links
from emulators.azure.kubernetes.controllers.machinery import Machinery
from emulators.azure.kubernetes.controllers.pod_view import PodView
from emulators.azure.kubernetes.expansion import build_environment
from emulators.azure.kubernetes.faults import ImageFault, ImageOutcome
from emulators.azure.kubernetes.kinds import SERVICE, Object
from emulators.azure.kubernetes.probes import Probe, until_success
from emulators.azure.kubernetes.pull_secrets import PullSecrets, read_pull_secrets
from emulators.azure.kubernetes.references import NotConfigured, resolve_references


class ContainerWorker:
    """Runs one container until it is ready; a restart begins the same story again."""

    def __init__(
        self,
        machinery: Machinery,
        pod: PodView,
        container: Object,
        pulled: set[str],
        environments: dict[str, dict[str, str]],
    ) -> None:
        """`environments`: of the pod's containers, each written when its container starts."""
        self._environments = environments
        self._machinery = machinery
        self._pod = pod
        self._container = container
        self._pulled = pulled
        self._name: str = container["name"]
        self._image: str = container["image"]

    async def run(self) -> None:
        """From where the container is: a kubelet that starts may find it running, or ready."""
        found: dict[str, Any] = self._pod.container(self._name)
        restarts: int = found.get("restartCount", 0)
        is_running = "running" in found.get("state", {})
        if is_running:
            await self._configure()
        while not found.get("ready"):
            if not is_running:
                await self._pull()
                await self._start()
            failure = await self._become_ready()
            if failure is None:
                return
            await self._back_off(failure, restarts)
            restarts += 1
            is_running = False

    def _fault(self, outcome: ImageOutcome) -> ImageFault | None:
        fault = self._machinery.faults.of_image(self._image)
        return fault if fault is not None and fault.outcome is outcome else None

    def _pull_fault(self) -> ImageFault | None:
        return self._fault(ImageOutcome.PULL_FAILS)

    def _pull_failure(self) -> str | None:
        """What the runtime says if the pull fails."""
        fault = self._pull_fault()
        if fault is None:
            logins = self._read_pull_secrets().logins
            return self._machinery.faults.find_pull_refusal(self._image, logins)
        failure = images.pull_failure(self._image, fault.message)
        return f"rpc error: code = NotFound desc = {failure}"

    def _read_pull_secrets(self) -> PullSecrets:
        return read_pull_secrets(self._machinery.store, self._pod.namespace, self._pod.spec)

    async def _pull(self) -> None:
        if self._image in self._pulled and self._container["imagePullPolicy"] != "Always":
            message = f'Container image "{self._image}" already present on machine'
            self._pod.normal("Pulled", message)
            return
        attempt = 0
        while (said := await self._try_pull()) is not None:
            await self._wait_for_next_pull(said, attempt)
            attempt += 1

    async def _try_pull(self) -> str | None:
        secrets = self._read_pull_secrets()
        if secrets.missing:
            self._pod.warning("FailedToRetrieveImagePullSecret", secrets.warning)
        self._pod.normal("Pulling", f'Pulling image "{self._image}"')
        started_at = self._machinery.clock.now()
        duration = images.pull_duration(self._container)
        if self._image in self._pulled or self._pull_failure():
            duration = durations.CONTAINER_START
        await self._machinery.latencies.wait(
            f"Kubernetes pull image {self._image} in {self._pod.path}", duration
        )
        said = self._pull_failure()
        if said is not None:
            return said
        self._pulled.add(self._image)
        seconds = (self._machinery.clock.now() - started_at).total_seconds()
        self._pod.normal(
            "Pulled",
            f'Successfully pulled image "{self._image}" in {seconds:.3f}s'
            f" ({seconds:.3f}s including waiting)."
            f" Image size: {images.size_in_bytes(self._container)} bytes.",
        )
        return None

    async def _wait_for_next_pull(self, said: str, attempt: int) -> None:
        self._pod.warning("Failed", f'Failed to pull image "{self._image}": {said}')
        self._pod.warning("Failed", "Error: ErrImagePull")
        self._set_state(container_states.waiting("ErrImagePull", said))
        await self._machinery.clock.sleep(1)
        message = f'Back-off pulling image "{self._image}"'
        self._pod.normal("BackOff", message)
        self._pod.warning("Failed", "Error: ImagePullBackOff")
        state = container_states.waiting("ImagePullBackOff", f"{message}: ErrImagePull: {said}")
        self._set_state(state)
        await self._machinery.clock.sleep(durations.step(durations.PULL_BACKOFF_SECONDS, attempt))

    async def _start(self) -> None:
        await self._configure()
        await self._machinery.latencies.wait(
            f"Kubernetes start container {self._name} in {self._pod.path}",
            durations.CONTAINER_START,
        )
        self._pod.normal("Created", f"Created container: {self._name}")
        self._pod.normal("Started", f"Started container {self._name}")
        self._pod.set_container(
            self._name,
            state=container_states.running(self._machinery.now()),
            imageID=images.image_id(self._image),
            containerID=f"containerd://{images.image_id(self._image)[-64:]}",
        )

    async def _configure(self) -> None:
        """Wait until there is all that the container's variables refer to."""
        while True:
            try:
                self._environments[self._name] = self._build_environment()
            except NotConfigured as missing:
                self._pod.warning("Failed", f"Error: {missing}")
                self._set_state(
                    container_states.waiting("CreateContainerConfigError", str(missing))
                )
                await self._machinery.clock.sleep(durations.CONFIGURATION_RETRY_SECONDS)
            else:
                return

    def _build_environment(self) -> dict[str, str]:
        store, namespace = self._machinery.store, self._pod.namespace
        links = service_links.of_pod(self._pod.spec, store.list(SERVICE, namespace))
        references = resolve_references(store, namespace, self._container)
        return build_environment(self._container, links, references)

    async def _become_ready(self) -> ImageFault | None:
        """Wait until the container is ready; what ends it before that is returned."""
        crash = self._fault(ImageOutcome.CRASHES) or self._misconfiguration()
        if crash is not None:
            await self._machinery.clock.sleep(crash.after_seconds)
            return crash
        if not await self._answers("Startup", "startupProbe", self._seconds_to_serve()):
            message = f"Container {self._name} failed startup probe, will be restarted"
            self._pod.normal("Killing", message)
            return ImageFault(ImageOutcome.CRASHES, exit_code=137)
        self._pod.set_container(self._name, started=True)
        loading = 0.0 if self._container.get("startupProbe") else self._seconds_to_serve()
        await self._answers("Readiness", "readinessProbe", loading)
        self._pod.set_container(self._name, ready=True)
        return None

    def _misconfiguration(self) -> ImageFault | None:
        message = images.refuse_environment(self._image, self._environments[self._name])
        return ImageFault(ImageOutcome.CRASHES, message=message) if message else None

    def _seconds_to_serve(self) -> float:
        loads = self._fault(ImageOutcome.LOADS)
        if loads is not None:
            return loads.after_seconds
        if not images.serves_a_model(self._container):
            return 0.0
        return self._machinery.latencies.sample(durations.MODEL_LOAD)

    async def _answers(self, title: str, field: str, loading: float) -> bool:
        """Probe until the container answers; False when a startup probe runs out of attempts."""
        probe = Probe.read(self._container.get(field))
        if probe is None:
            return True
        while self._fault(ImageOutcome.NEVER_READY):
            self._report_unhealthy(title, probe)
            if title == "Startup":
                await self._machinery.clock.sleep(probe.budget_seconds)
                return False
            await self._machinery.faults.change()
        outcome = until_success(probe, loading)
        if outcome.failures:
            await self._machinery.clock.sleep(probe.initial_delay_seconds)
            self._report_unhealthy(title, probe)
            outcome = outcome.after(probe.initial_delay_seconds)
        if title == "Startup" and outcome.failures >= probe.failure_threshold:
            await self._machinery.clock.sleep(probe.budget_seconds)
            return False
        probed = f"{self._name} in {self._pod.path}"
        name = f"Kubernetes {title.lower()} probe of {probed} succeeds"
        async with self._machinery.latencies.span(name):
            await self._machinery.clock.sleep(outcome.seconds)
        return True

    def _report_unhealthy(self, title: str, probe: Probe) -> None:
        failure = probe.refusal(self._pod.address, self._container)
        self._pod.warning("Unhealthy", f"{title} probe failed: {failure}")

    async def _back_off(self, crash: ImageFault, restarts: int) -> None:
        status: dict[str, Any] = self._pod.container(self._name)
        started_at = (status.get("state") or {}).get("running", {}).get("startedAt", "")
        ended = container_states.terminated(
            crash.exit_code, crash.reason, started_at, self._machinery.now(), crash.message
        )
        self._pod.set_container(self._name, state=ended, ready=False, started=False)
        delay = durations.step(durations.CRASH_BACKOFF_SECONDS, restarts)
        await self._machinery.clock.sleep(1)
        self._pod.warning(
            "BackOff",
            f"Back-off restarting failed container {self._name} in pod {self._pod.name}",
        )
        message = (
            f"back-off {int(delay)}s restarting failed container={self._name} pod={self._pod.name}"
        )
        self._pod.set_container(
            self._name,
            state=container_states.waiting("CrashLoopBackOff", message),
            lastState=ended,
            restartCount=restarts + 1,
        )
        await self._machinery.clock.sleep(delay)

    def _set_state(self, state: Object) -> None:
        self._pod.set_container(self._name, state=state)
