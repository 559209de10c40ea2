"""What a test or a demonstration lets go wrong inside a cluster."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum


class ImageOutcome(StrEnum):
    """How containers of an image end up."""

    PULL_FAILS = "PullFails"
    CRASHES = "Crashes"
    NEVER_READY = "NeverReady"


@dataclass(frozen=True, slots=True)
class ImageFault:
    """What happens to containers of one image; the fields after `outcome` describe a crash."""

    outcome: ImageOutcome
    message: str = ""
    exit_code: int = 1
    reason: str = "Error"
    after_seconds: float = 5.0


class Faults:
    """The faults of one cluster. Change them by `set`, so that what waits looks again."""

    def __init__(self) -> None:
        self.images: dict[str, ImageFault] = {}
        self.address_seconds: float | None = None
        self.address_error: str | None = None
        self.node_boot_seconds: float | None = None
        self.scale_up_error: str | None = None
        self.device_plugin_broken = False
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
