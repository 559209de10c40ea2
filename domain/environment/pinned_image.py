"""The digest that an environment's image was resolved to, and the warning about one without."""

from pydantic import AwareDatetime

from domain.outcomes import OperationWarning
from domain.spec.model import EnvironmentSpec
from domain.wire import WireModel


class PinnedImage(WireModel):
    """What a reference led to when it was resolved: a tag may lead elsewhere since."""

    reference: str
    """As in the specification."""
    digest: str
    """Such as `sha256:...`; of the index, where the image is one for several platforms."""
    resolved_at: AwareDatetime


class RecordImage(WireModel):
    """What an operation has found out about its image, to be recorded."""

    operation_id: str
    at: AwareDatetime
    image: PinnedImage | None = None
    """None: the registry did not tell."""


def find_image_warnings(spec: EnvironmentSpec) -> tuple[OperationWarning, ...]:
    """Of an image that nobody can be asked about: its tag is what runs."""
    workload = spec.workload
    if workload.has_image_in_registry or workload.reference.digest:
        return ()
    is_elsewhere = workload.image_pull_secret or workload.registry
    fix = "Give" if is_elsewhere else "Name the registry, or give"
    return (
        OperationWarning(
            code="ImageNotPinned",
            message="Outside of workload.registry the tag is not resolved, and each new pod runs "
            f"what the tag leads to by then. {fix} the image by its digest.",
            target=workload.image,
        ),
    )
