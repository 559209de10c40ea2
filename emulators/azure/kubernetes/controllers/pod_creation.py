"""How controllers create pods: with an event of success, or of the refusal and another attempt."""

from collections.abc import Callable

from emulators.azure.kubernetes import durations
from emulators.azure.kubernetes.controllers.machinery import Machinery
from emulators.azure.kubernetes.errors import ApiError
from emulators.azure.kubernetes.events import Source
from emulators.azure.kubernetes.kinds import POD, Kind, Object
from emulators.azure.kubernetes.store import Key


class PodCreation:
    """Creates the pods of one kind of owner."""

    def __init__(
        self, machinery: Machinery, source: Source, kind: Kind, reconcile: Callable[[Key], None]
    ) -> None:
        """`reconcile` has the owner looked at again, after a refusal."""
        self._machinery = machinery
        self._source = source
        self._kind = kind
        self._reconcile = reconcile
        self._refusals: dict[Key, int] = {}
        self._waiting: set[Key] = set()
        self._messages: dict[Key, str] = {}

    def create(self, owner: Object, body: Object) -> bool:
        """Whether the API server took the pod."""
        namespace, key = owner["metadata"]["namespace"], _key_of(owner)
        try:
            pod = self._machinery.registry.create(POD, namespace, body)
        except ApiError as refusal:
            self._refused(owner, refusal)
            return False
        self._refusals.pop(key, None)
        self._messages.pop(key, None)
        message = f"Created pod: {pod['metadata']['name']}"
        self._machinery.events.normal(self._source, self._kind, owner, "SuccessfulCreate", message)
        return True

    def refusal(self, owner: Object) -> str:
        """What the API server said last; empty if it took the pod."""
        return self._messages.get(_key_of(owner), "")

    def _refused(self, owner: Object, refusal: ApiError) -> None:
        key = _key_of(owner)
        message = f"Error creating: {refusal.message}"
        self._messages[key] = refusal.message
        self._machinery.events.warning(self._source, self._kind, owner, "FailedCreate", message)
        if key in self._waiting:
            return
        refusals = self._refusals.get(key, 0)
        self._refusals[key] = refusals + 1
        self._waiting.add(key)
        seconds = durations.step(durations.CREATION_RETRY_SECONDS, refusals)
        self._machinery.background.start(self._again(seconds, key), f"pods of {'/'.join(key)}")

    async def _again(self, seconds: float, key: Key) -> None:
        await self._machinery.clock.sleep(seconds)
        self._waiting.discard(key)
        self._reconcile(key)


def _key_of(owner: Object) -> Key:
    return owner["metadata"]["namespace"], owner["metadata"]["name"]
