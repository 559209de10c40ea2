"""What a test or a demonstration lets go wrong inside a cluster."""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from emulators.azure.kubernetes.node_pools import NodePool


class ImageOutcome(StrEnum):
    """How containers of an image end up."""

    PULL_FAILS = "PullFails"
    CRASHES = "Crashes"
    NEVER_READY = "NeverReady"
    LOADS = "Loads"
    """Answers `after_seconds` after its start."""


@dataclass(frozen=True, slots=True)
class ImageFault:
    """What happens to containers of one image; the fields after `outcome` describe it."""

    outcome: ImageOutcome
    message: str = ""
    exit_code: int = 1
    reason: str = "Error"
    after_seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Denial:
    """Admission refuses what is created or changed of some kinds.

    `webhook`: the name of the admission webhook that does; without one the message is that of
    another admission plugin, such as ResourceQuota or PodSecurity, word by word.
    """

    message: str
    kinds: frozenset[str]
    webhook: str = ""
    namespace: re.Pattern[str] | None = None
    code: int = 403

    def applies_to(self, kind: str, namespace: str) -> bool:
        return kind in self.kinds and (
            self.namespace is None or self.namespace.fullmatch(namespace) is not None
        )


type FindShortage = Callable[[str, bool, tuple[str, ...]], str | None]
"""The error of Azure if it has no machine of this size and priority in these zones."""


def _no_shortage(vm_size: str, spot: bool, zones: tuple[str, ...]) -> str | None:
    return None


type FindPullRefusal = Callable[[str, Mapping[str, str]], str | None]
"""What the runtime says of an image that its registry does not give to the nodes, for the logins
of the pod by host."""


def _no_refusal(image: str, logins: Mapping[str, str]) -> str | None:
    return None


class Faults:
    """The faults of one cluster. Change them by `set`, so that what waits looks again."""

    def __init__(self) -> None:
        self.images: dict[str, ImageFault] = {}
        self.address_seconds: float | None = None
        self.address_error: str | None = None
        self.node_boot_seconds: float | None = None
        self.scale_up_error: str | None = None
        self.find_shortage: FindShortage = _no_shortage
        self.find_pull_refusal: FindPullRefusal = _no_refusal
        self.device_plugin_broken = False
        self.denials: list[Denial] = []
        self.lost_pools: set[str] = set()
        """Pools whose nodes nobody hears of."""
        self.evicted_pools: set[str] = set()
        """Spot pools whose present nodes Azure takes back; later ones may stay."""
        self._changed = asyncio.Event()

    def set_image(self, image: str, fault: ImageFault | None) -> None:
        """Break every container whose image reference starts with `image`, or repair it."""
        if fault is None:
            self.images.pop(image, None)
        else:
            self.images[image] = fault
        self.announce()

    def of_image(self, image: str) -> ImageFault | None:
        if image.endswith(":does-not-exist"):
            return ImageFault(ImageOutcome.PULL_FAILS)
        return next((self.images[each] for each in self.images if image.startswith(each)), None)

    def announce(self) -> None:
        """Wake whatever waits for a fault to end."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def change(self) -> None:
        """Wait for the next change."""
        await self._changed.wait()

    def find_scale_up_error(self, pool: NodePool) -> str | None:
        return self.scale_up_error or self.find_shortage(pool.vm_size, pool.spot, pool.zones)
