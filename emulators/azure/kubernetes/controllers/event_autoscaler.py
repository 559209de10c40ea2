"""KEDA's add-on: sets the replicas of Deployments by what their pods tell of waiting requests."""

from collections.abc import Callable, Iterable, Sequence
from urllib.parse import urlsplit

from emulators.azure.kubernetes.controllers.machinery import Machinery
from emulators.azure.kubernetes.kinds import DEPLOYMENT, SCALED_OBJECT, Object
from emulators.azure.kubernetes.replica_scaling import Scaling, decide_replicas, paused_at
from emulators.azure.kubernetes.store import Change, Key

_POLLING_SECONDS = 30

ReadMetrics = Callable[[str, str, str], Sequence[float]]
"""The values of a metric, of each ready pod behind a Service of a namespace that has it."""


class EventAutoscaler:
    """Looks at each ScaledObject at its interval; the scaler `metrics-api` alone is known."""

    def __init__(self, machinery: Machinery, read_metrics: ReadMetrics) -> None:
        self._machinery = machinery
        self._read_metrics = read_metrics
        self._watched = set[Key]()

    def keys_of(self, change: Change) -> Iterable[Key]:
        metadata = change.object["metadata"]
        is_one = change.kind is SCALED_OBJECT
        return [(metadata["namespace"], metadata["name"])] if is_one else []

    def reconcile(self, key: Key) -> None:
        if key not in self._watched:
            self._watched.add(key)
            self._machinery.background.start(self._watch(key), f"KEDA watches {'/'.join(key)}")

    async def _watch(self, key: Key) -> None:
        scaling = Scaling()
        while scaled := self._machinery.store.get(SCALED_OBJECT, *key):
            self._scale(scaled, scaling)
            await self._machinery.clock.sleep(
                scaled["spec"].get("pollingInterval", _POLLING_SECONDS)
            )
        self._watched.discard(key)

    def _scale(self, scaled: Object, scaling: Scaling) -> None:
        namespace = scaled["metadata"]["namespace"]
        target = scaled["spec"]["scaleTargetRef"]["name"]
        deployment = self._machinery.store.get(DEPLOYMENT, namespace, target)
        if deployment is None:
            return
        present = deployment["spec"]["replicas"]
        wanted = paused_at(scaled, present)
        if wanted is None:
            now = self._machinery.clock.now()
            wanted = decide_replicas(scaled, present, self._measure(scaled), scaling, now)
        if wanted != present:
            self._set_replicas(namespace, target, wanted)

    def _measure(self, scaled: Object) -> float | None:
        """The sum over the ready pods behind the Service that the address names."""
        trigger = scaled["spec"]["triggers"][0]
        metadata = trigger["metadata"]
        if trigger["type"] != "metrics-api":
            return None
        service, namespace, *_ = (urlsplit(metadata["url"]).hostname or "").split(".")
        values = self._read_metrics(namespace, service, metadata["valueLocation"])
        return sum(values) if values else None

    def _set_replicas(self, namespace: str, name: str, replicas: int) -> None:
        def edit(deployment: Object) -> None:
            deployment["spec"]["replicas"] = replicas
            deployment["metadata"]["generation"] += 1

        self._machinery.store.change(DEPLOYMENT, namespace, name, edit)
