"""How a kubelet writes one pod's status and events."""

from collections.abc import Callable
from typing import Any

from emulators.azure.kubernetes import container_states
from emulators.azure.kubernetes.controllers.machinery import Machinery
from emulators.azure.kubernetes.events import Source
from emulators.azure.kubernetes.kinds import POD, Object


class PodView:
    """One pod as its kubelet sees it; writes are dropped once the pod is another or gone."""

    def __init__(self, machinery: Machinery, pod: Object) -> None:
        self._machinery = machinery
        self._pod = pod
        self._source = Source("kubelet", pod["spec"]["nodeName"])

    @property
    def name(self) -> str:
        return self._pod["metadata"]["name"]

    @property
    def namespace(self) -> str:
        return self._pod["metadata"]["namespace"]

    @property
    def path(self) -> str:
        return f"{self.namespace}/{self.name}"

    @property
    def spec(self) -> Object:
        return self._pod["spec"]

    @property
    def address(self) -> str:
        return (self._present() or self._pod)["status"].get("podIP", "")

    def start(self, pod_ip: str, host_ip: str) -> None:
        now = self._machinery.now()
        self._change(lambda pod: container_states.start_pod(pod, pod_ip, host_ip, now))

    def set_container(self, name: str, **changes: Any) -> None:
        now = self._machinery.now()
        self._change(lambda pod: container_states.set_container(pod, name, changes, now))

    def container(self, name: str) -> Object:
        """The container's present status."""
        statuses = (self._present() or self._pod)["status"].get("containerStatuses") or []
        return next((each for each in statuses if each["name"] == name), {})

    def normal(self, reason: str, message: str) -> None:
        self._machinery.events.normal(self._source, POD, self._pod, reason, message)

    def warning(self, reason: str, message: str) -> None:
        self._machinery.events.warning(self._source, POD, self._pod, reason, message)

    def _present(self) -> Object | None:
        metadata = self._pod["metadata"]
        present = self._machinery.store.get(POD, metadata["namespace"], metadata["name"])
        same = present is not None and present["metadata"]["uid"] == metadata["uid"]
        return present if same else None

    def _change(self, edit: Callable[[Object], None]) -> None:
        if self._present() is not None:
            metadata = self._pod["metadata"]
            self._machinery.store.change(POD, metadata["namespace"], metadata["name"], edit)
