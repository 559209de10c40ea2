"""What registries say to the images of a specification, as checks of a plan."""

from typing import NamedTuple

from domain.environment.pinned_image import PinnedImage
from domain.guard.plan_check import PlanCheck, Verdict
from domain.images.answers import Pulled
from domain.outcomes import Outcome
from domain.spec.model import EnvironmentSpec
from domain.spec.workload import Workload


class WantedImage(NamedTuple):
    """An image that the app can look up before nodes pull it."""

    pulled: Pulled
    reference: str


def wanted_images(
    spec: EnvironmentSpec, running: PinnedImage | None, restored: PinnedImage | None = None
) -> tuple[WantedImage, ...]:
    """Those of `workload.registry`: of others the app has no access to the registry.

    `running`: what the environment runs. It stays, whatever has become of its tag. `restored`:
    what a rollback goes back to, whatever its tag leads to by now.
    """
    workload = spec.workload
    image = _find_new(workload, running, restored) if workload.has_image_in_registry else None
    found = ((Pulled.IMAGE, image), (Pulled.WEIGHTS, workload.weights_in_registry))
    return tuple(WantedImage(pulled, reference) for pulled, reference in found if reference)


def _find_new(
    workload: Workload, running: PinnedImage | None, restored: PinnedImage | None
) -> str | None:
    """None if it runs already."""
    if restored:
        is_running = running is not None and running.digest == restored.digest
        return None if is_running else workload.pinned_to(restored.digest).image
    return workload.image if running is None or running.reference != workload.image else None


def check_image(wanted: WantedImage, outcome: Outcome) -> PlanCheck:
    """`outcome`: of the look into the registry."""
    target = wanted.pulled.value
    if failure := outcome.failure:
        message = f"{failure.message} {failure.suggested_action}"
        return PlanCheck(code=failure.reason, verdict=Verdict.FAIL, message=message, target=target)
    warning = next(iter(outcome.warnings or ()), None)
    if warning:
        return PlanCheck(
            code=warning.code, verdict=Verdict.WARN, message=warning.message, target=target
        )
    digest = outcome.result.get("digest")
    message = f"{wanted.reference} exists" + (f": {digest}." if digest else ".")
    return PlanCheck(code="ImageFound", verdict=Verdict.OK, message=message, target=target)
