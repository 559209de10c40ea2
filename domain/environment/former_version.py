"""The version that serves while an update brings another one beside it."""

from typing import Self

from domain.environment.pinned_image import PinnedImage
from domain.spec.model import EnvironmentSpec
from domain.spec.workload import Workload
from domain.wire import WireModel


class FormerDemand(WireModel):
    """What the version that serves needs in each cell, beside the one that an update brings."""

    replicas: int
    gpus: int
    """Of all replicas together."""
    startup_minutes: int
    """Until all of them have started again in their place."""

    @classmethod
    def of(cls, workload: Workload) -> Self:
        return cls(
            replicas=workload.replicas,
            gpus=workload.gpus_needed,
            startup_minutes=workload.rollout_minutes,
        )


class FormerVersion(WireModel):
    """What an update goes back to if the new version is worse."""

    version: int
    """The record's generation of then."""
    workload: Workload
    image: PinnedImage | None = None
    """What the image was resolved to."""

    @property
    def image_digest(self) -> str | None:
        image = self.image
        return image.digest if image and image.reference == self.workload.image else None

    def in_place_of(self, spec: EnvironmentSpec) -> EnvironmentSpec:
        """The specification with this workload."""
        return spec.model_copy(update={"workload": self.workload})
