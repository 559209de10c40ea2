"""The record of what an image was resolved to, and where its clusters have roles."""

import pytest

from domain.catalog.roles import ACR_PULL
from domain.environment.image_records import record_image
from domain.environment.operation import OperationKind
from domain.environment.operation_views import build_operation_view
from domain.environment.phases import Phase
from domain.environment.pinned_image import PinnedImage, RecordImage
from domain.environment.record import EnvironmentRecord, OperationEnd
from domain.environment.starts import start_operation
from domain.environment.transitions import end_operation
from domain.environment.views import build_environment_view
from domain.outcomes import Outcome
from domain.requests.decision import Start
from domain.requests.decisions import decide_delete, decide_retry, decide_update
from domain.spec.model import EnvironmentSpec
from domain.spec.role_access import GrantedRole
from tests.support.payloads import QUOTA, REGISTRY
from tests.support.specs import (
    BY_DIGEST,
    NOON,
    a_pinned_spec,
    a_record,
    a_request,
    a_spec,
    minutes,
    spec_body,
)

IMAGE = "acmeml.azurecr.io/llm:1.4.2"
OTHER = REGISTRY.replace("acmeml", "acmenew")
DIGEST = f"sha256:{'0123456789abcdef' * 4}"
PINNED = PinnedImage(reference=IMAGE, digest=DIGEST, resolved_at=NOON + minutes(1))


def spec_of(image: str = IMAGE, registry: str | None = REGISTRY) -> EnvironmentSpec:
    return a_spec(workload={**spec_body()["workload"], "image": image, "registry": registry})


def resolved(
    record: EnvironmentRecord,
    image: PinnedImage | None = PINNED,
    operation_id: str = "fraud-llm.1",
) -> EnvironmentRecord | None:
    return record_image(
        record, RecordImage(operation_id=operation_id, at=NOON + minutes(1), image=image)
    )


def a_resolved_record() -> EnvironmentRecord:
    record = resolved(a_record(a_request(spec=spec_of())))
    assert record
    return record


def ended(record: EnvironmentRecord, outcome: Outcome) -> EnvironmentRecord:
    assert record.active_operation
    phase = Phase.READY if outcome.is_success else Phase.FAILED
    end = OperationEnd(
        operation_id=record.active_operation, phase=phase, outcome=outcome, at=NOON + minutes(9)
    )
    return end_operation(record, end)


def a_ready_record() -> EnvironmentRecord:
    return ended(a_resolved_record(), Outcome.succeeded())


def test_what_an_image_was_resolved_to_is_shown_and_told():
    record = a_resolved_record()
    view = build_environment_view(record, NOON).to_wire()
    assert view["image"] == {
        "reference": IMAGE,
        "digest": DIGEST,
        "resolvedDateTime": "2026-11-22T12:01:00Z",
    }
    line = record.events[-1]
    assert (line.type, line.operation_id) == ("ImageResolved", "fraud-llm.1")
    assert line.message == f"{IMAGE} is {DIGEST}"


def test_an_image_that_was_not_resolved_is_not_shown():
    before = a_ready_and_updating()
    record = resolved(before, None, "fraud-llm.2")
    assert record
    assert record.etag != before.etag, "what is shown has changed"
    assert "image" not in build_environment_view(record, NOON).to_wire()


def a_ready_and_updating() -> EnvironmentRecord:
    request = a_request(OperationKind.UPDATE, 2, spec=spec_of("acmeml.azurecr.io/llm:2"))
    record = start_operation(a_ready_record(), request, NOON + minutes(20))
    assert record
    return record


@pytest.mark.parametrize("operation_id", ["fraud-llm.1", "fraud-llm.9"])
def test_late_news_change_nothing(operation_id: str):
    assert resolved(a_ready_record(), None, operation_id) is None


def test_a_retry_keeps_what_was_resolved():
    decided = decide_retry(ended(a_resolved_record(), QUOTA))
    assert isinstance(decided, Start)
    assert decided.request.image_digest == DIGEST


@pytest.mark.parametrize(
    ("spec", "digest"),
    [
        pytest.param(spec_of().model_copy(update={"owner": "x@example.com"}), DIGEST, id="same"),
        pytest.param(spec_of("acmeml.azurecr.io/llm:2"), None, id="another tag"),
        pytest.param(spec_of("other.example.com/llm:1", None), None, id="another registry"),
    ],
)
def test_an_update_keeps_it_for_the_same_reference(spec: EnvironmentSpec, digest: str | None):
    decided = decide_update(a_ready_record(), spec)
    assert isinstance(decided, Start)
    assert decided.request.image_digest == digest


def test_a_registry_is_remembered_until_a_build_has_left_it():
    pull, other = (GrantedRole(scope=each, role=ACR_PULL) for each in (REGISTRY, OTHER))
    assert a_record(a_request(spec=spec_of())).granted_roles == (pull,), "from the start on"
    moved = spec_of("acmenew.azurecr.io/llm:1", OTHER)
    decided = decide_update(a_ready_record(), moved)
    assert isinstance(decided, Start)
    assert decided.request.all_granted_roles == (pull, other)
    begun = start_operation(a_ready_record(), decided.request, NOON + minutes(20))
    assert begun
    assert begun.granted_roles == (pull, other)
    assert ended(begun, QUOTA).granted_roles == (pull, other)
    assert ended(begun, Outcome.succeeded()).granted_roles == (other,)


def test_a_deletion_knows_all_roles():
    decided = decide_delete(a_ready_record(), force=False)
    assert isinstance(decided, Start)
    assert decided.request.all_granted_roles == (GrantedRole(scope=REGISTRY, role=ACR_PULL),)


def test_a_plan_shows_the_image_first_and_the_access_after_the_cluster():
    steps = [step.name for step in a_record(a_request(spec=spec_of())).operations[0].steps]
    assert steps[0] == "image"
    access = steps.index("cell/westeurope/registryAccess")
    assert steps[access - 1 : access + 2] == [
        "cell/westeurope/managedCluster",
        "cell/westeurope/registryAccess",
        "cell/westeurope/gpuPool",
    ]
    deletion = a_request(OperationKind.DELETE, 2, spec=spec_of())
    record = start_operation(a_ready_record(), deletion, NOON + minutes(20))
    assert record
    assert record.operations[-1].steps[0].name == "cell/westeurope/registryAccess-acmeml"


@pytest.mark.parametrize(
    ("spec", "codes"),
    [
        pytest.param(a_spec(), ["ImageNotPinned"], id="a tag that nobody resolves"),
        pytest.param(a_pinned_spec(), None, id="a digest"),
        pytest.param(spec_of(), None, id="a registry"),
    ],
)
def test_a_tag_that_may_change_is_a_warning(spec: EnvironmentSpec, codes: list[str] | None):
    (operation,) = a_record(a_request(spec=spec)).operations
    warnings = build_operation_view(operation).to_wire().get("warnings")
    assert (warnings and [each["code"] for each in warnings]) == codes
    assert "@sha256:" in BY_DIGEST
