"""The workloads that an environment was brought to, so that it can go back to one of them."""

from collections.abc import Sequence

from pydantic import AwareDatetime

from domain.environment.pinned_image import PinnedImage
from domain.outcomes import Status
from domain.spec.workload import Workload
from domain.wire import WireModel

KEPT_VERSIONS = 10
KEPT_BYTES = 256 * 1024
"""Of all but the latest: arguments and variables of one may take as much alone."""


class Rollback(WireModel):
    """An update that goes back to the workload of an earlier version."""

    from_version: int
    to_version: int
    digest_before: str | None = None
    """Of the image that ran until then; None: it ran by its tag."""
    digest: str | None = None
    """Of the image that runs again."""
    reason: str | None = None
    """As the caller has put it."""

    def describe(self) -> str:
        went = f"from version {self.from_version} ({self.digest_before or 'by its tag'})"
        goes = f"to version {self.to_version} ({self.digest or 'by its tag'})"
        return f"rollback {went} {goes}" + (f": {self.reason}" if self.reason else "")


class EnvironmentVersion(WireModel):
    """A workload under the number of the specification that it came with."""

    version: int
    """The record's generation."""
    operation_id: str
    at: AwareDatetime
    status: Status
    """Of the operation, or of one that has built it since."""
    workload: Workload
    image: PinnedImage | None = None
    """What the image was resolved to, once the operation has ended."""
    requested_by: str | None = None
    rollback: Rollback | None = None

    @property
    def digest(self) -> str | None:
        """Of the image; None if it runs by its tag."""
        return self.image.digest if self.image else self.workload.reference.digest

    def runs_the_same_as(self, other: "EnvironmentVersion") -> bool:
        return (self.workload, self.digest) == (other.workload, other.digest)


def add_version(
    versions: Sequence[EnvironmentVersion], added: EnvironmentVersion
) -> tuple[EnvironmentVersion, ...]:
    """The latest ones, as far as they are small enough to be kept. The latest that was built stays
    in any case: it may serve on, and is what a rollback goes to."""
    built = next((each for each in reversed(versions) if each.status is Status.SUCCEEDED), None)
    kept, room = {added.version}, KEPT_BYTES
    for each in reversed(versions):
        room -= len(each.model_dump_json())
        if room < 0 or len(kept) == KEPT_VERSIONS:
            break
        kept.add(each.version)
    if built:
        kept.add(built.version)
    return tuple(each for each in (*versions, added) if each.version in kept)


def end_version(
    versions: Sequence[EnvironmentVersion],
    operation_id: str,
    status: Status,
    image: PinnedImage | None,
) -> tuple[EnvironmentVersion, ...]:
    """Of the operation that has brought it."""
    ended = {"status": status, "image": image}
    return tuple(
        each.model_copy(update=ended) if each.operation_id == operation_id else each
        for each in versions
    )


def with_present_built(
    versions: Sequence[EnvironmentVersion], image: PinnedImage | None
) -> tuple[EnvironmentVersion, ...]:
    """Once another operation, such as a repair, has built what the one that brought it did not."""
    if not versions or not versions[-1].status.is_final:
        return tuple(versions)
    built = {"status": Status.SUCCEEDED, "image": image}
    return (*versions[:-1], versions[-1].model_copy(update=built))
