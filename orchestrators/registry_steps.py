"""What an environment needs of its registry: a digest, weights, and access for nodes."""

from domain import deadlines
from domain.durable.inputs import ImageInput, RegistryAccessInput
from domain.durable.names import ActivityName
from domain.environment.operation_request import BRING_A_SPEC, OperationRequest
from domain.environment.pinned_image import PinnedImage, RecordImage
from domain.environment.step_keys import IMAGE_STEP, registry_access_step
from domain.outcomes import Outcome
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.placement import Attempt
from orchestrators.resource_steps import run_step


def pin_image(operation: OperationContext, request: OperationRequest) -> Steps[Outcome]:
    """The image's digest, if it is known: one that was resolved before stays. Weights of the
    registry have to exist.

    A repair brings back what was built, so it resolves nothing.
    """
    known = Outcome.succeeded(**({"digest": request.image_digest} if request.image_digest else {}))
    workload, is_new = request.spec.workload, request.image_digest is None
    image = workload.image if is_new and workload.has_image_in_registry else None
    weights = workload.weights_in_registry
    if request.kind not in BRING_A_SPEC or (image is None and weights is None):
        return known
    value = ImageInput(
        operation_id=operation.ref.operation_id,
        environment=operation.ref.environment,
        image=image,
        weights=weights,
    ).to_wire()
    found = yield from run_step(
        operation, IMAGE_STEP, ActivityName.RESOLVE_IMAGE, value, deadlines.IMAGE
    )
    if not found.is_success or image is None:
        return known if found.is_success else found
    _record(operation, image, found.result.get("digest"))
    return found


def _record(operation: OperationContext, reference: str, digest: str | None) -> None:
    at = operation.now
    image = PinnedImage(reference=reference, digest=digest, resolved_at=at) if digest else None
    found = RecordImage(operation_id=operation.ref.operation_id, at=at, image=image)
    operation.environment.signal_image(found)


def grant_registry_access(
    operation: OperationContext, registry: str | None, attempt: Attempt
) -> Steps[Outcome]:
    """AcrPull for the identity with which the nodes of the cell pull images."""
    if registry is None:
        return Outcome.succeeded()
    region = attempt.offer.region
    value = RegistryAccessInput(
        operation_id=operation.ref.operation_id,
        environment=operation.ref.environment,
        region=region,
        registry=registry,
    ).to_wire()
    step, activity = (
        registry_access_step(region, attempt.number),
        ActivityName.ENSURE_REGISTRY_ACCESS,
    )
    return (yield from run_step(operation, step, activity, value, deadlines.ROLE_ASSIGNMENT))
