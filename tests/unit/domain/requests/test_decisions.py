from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from domain.environment.health import Health, HealthStatus
from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord, OperationEnd
from domain.environment.starts import start_operation
from domain.environment.transitions import end_operation, keep_pool
from domain.outcomes import Outcome
from domain.requests.caller import Caller
from domain.requests.command import CANCEL, RETRY, Command, Conditions
from domain.requests.command_decision import decide
from domain.requests.decision import (
    AlreadyStarted,
    Cancel,
    NotFound,
    PreconditionFailed,
    Refused,
    Start,
)
from domain.requests.decisions import (
    decide_delete,
    decide_retry,
    decide_scale_down,
    decide_update,
    decide_wake,
)
from domain.spec.model import EnvironmentSpec
from tests.support.certificates import CERTIFICATE_VAULT_ID, ZONE_ID, https_edge
from tests.support.payloads import HOST, KEPT, failed
from tests.support.specs import NOON, a_record, a_request, a_spec

FIRST_ID, OTHER_ID = "5b1f0d9c-7c7c-4f0c-9d0a-1f2f1b9b8f77", "00000000-0000-4000-8000-000000000000"


def ended(record: EnvironmentRecord, phase: Phase) -> EnvironmentRecord:
    assert record.active_operation
    end = OperationEnd(
        operation_id=record.active_operation,
        phase=phase,
        outcome=Outcome.succeeded(),
        at=NOON,
        endpoint=f"https://{HOST}" if phase is Phase.READY else None,
    )
    return end_operation(record, end)


def begun(record: EnvironmentRecord, kind: OperationKind) -> EnvironmentRecord:
    started = start_operation(record, a_request(kind, record.sequence + 1), NOON)
    assert started
    return started


PROVISIONING = a_record(a_request(request_id=FIRST_ID))
READY = ended(PROVISIONING, Phase.READY)
FAILED = ended(PROVISIONING, Phase.FAILED)
CANCELED = ended(PROVISIONING, Phase.CANCELED)
DELETING = begun(READY, OperationKind.DELETE)
DELETED = ended(DELETING, Phase.DELETED)
STUCK = ended(DELETING, Phase.FAILED)

UPDATING = begun(READY, OperationKind.SCALE_DOWN)
FALLING_ASLEEP = keep_pool(UPDATING, "westeurope", KEPT)
ASLEEP = ended(FALLING_ASLEEP, Phase.SCALED_DOWN)
HALF_ASLEEP = ended(FALLING_ASLEEP, Phase.FAILED)
STILL_AWAKE = ended(UPDATING, Phase.FAILED)
WAKING = begun(ASLEEP, OperationKind.WAKE)
AWAKE_AGAIN = ended(WAKING, Phase.READY)
HALF_AWAKE = ended(WAKING, Phase.FAILED)
DELETING_ASLEEP = begun(ASLEEP, OperationKind.DELETE)
STUCK_ASLEEP = ended(DELETING_ASLEEP, Phase.FAILED)
DELETED_ASLEEP = ended(DELETING_ASLEEP, Phase.DELETED)


def refused(operation_id: str | None = None) -> tuple[str, str, str | None]:
    return ("refused", "WrongPhase", operation_id)


@dataclass
class Create:
    record: EnvironmentRecord | None
    expected: Any
    spec: Any = None
    request_id: str | None = None


def summary(decision: Any) -> Any:
    match decision:
        case Start(request):
            return ("start", request.kind, request.operation_id, request.predecessor)
        case Cancel(operation_id):
            return ("cancel", operation_id)
        case AlreadyStarted(operation_id):
            return ("known", operation_id)
        case PreconditionFailed(code, _, operation_id):
            return ("stale", code, operation_id)
        case Refused(code, _, operation_id):
            return ("refused", code, operation_id)
        case NotFound():
            return "absent"


START_1 = ("start", "provision", "fraud-llm.1", None)
START_2 = ("start", "provision", "fraud-llm.2", None)
START_3 = ("start", "provision", "fraud-llm.3", None)
CHANGED = {"costCenter": "ML-9"}
OTHER_SPEC = a_spec(**CHANGED)


def updating(record: EnvironmentRecord, **changes: Any) -> EnvironmentRecord:
    request = a_request(OperationKind.UPDATE, record.sequence + 1, spec=a_spec(**changes))
    started = start_operation(record, request, NOON)
    assert started
    return started


BEING_UPDATED = updating(READY, **CHANGED)
UPDATED = ended(BEING_UPDATED, Phase.READY)
HALF_UPDATED = ended(BEING_UPDATED, Phase.FAILED)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(Create(None, START_1), id="a new name starts its first operation"),
        pytest.param(
            Create(PROVISIONING, ("known", "fraud-llm.1")), id="the same body again is known"
        ),
        pytest.param(Create(READY, ("known", "fraud-llm.1")), id="also when it is ready"),
        pytest.param(Create(FAILED, START_2), id="after a failure it starts anew"),
        pytest.param(Create(CANCELED, START_2), id="and after it was canceled"),
        pytest.param(
            Create(FAILED, ("known", "fraud-llm.1"), request_id=FIRST_ID),
            id="but a repeated request names the operation that failed",
        ),
        pytest.param(
            Create(HALF_AWAKE, ("refused", "EnvironmentExists", "fraud-llm.1")),
            id="a failed wake is no creation that failed",
        ),
        pytest.param(
            Create(UPDATED, ("known", "fraud-llm.2"), OTHER_SPEC),
            id="the specification came with an update",
        ),
        pytest.param(
            Create(HALF_UPDATED, ("start", "update", "fraud-llm.3", None), OTHER_SPEC),
            id="a failed update to the same body goes on",
        ),
        pytest.param(
            Create(PROVISIONING, ("refused", "EnvironmentExists", "fraud-llm.1"), OTHER_SPEC),
            id="another body for a live name is refused, with the running operation",
        ),
        pytest.param(
            Create(DELETING, ("refused", "EnvironmentIsBeingDeleted", "fraud-llm.2")),
            id="while it is being deleted",
        ),
        pytest.param(Create(DELETED, START_3), id="a deleted name is free again"),
        pytest.param(
            Create(DELETED, ("known", "fraud-llm.1"), request_id=FIRST_ID),
            id="a repeated request does not build again what was deleted since",
        ),
        pytest.param(Create(DELETED, START_3, request_id=OTHER_ID), id="but another request does"),
        pytest.param(
            Create(
                PROVISIONING,
                ("refused", "RepeatabilityRequestIdReused", "fraud-llm.1"),
                OTHER_SPEC,
                FIRST_ID,
            ),
            id="a request id with another body",
        ),
    ],
)
def test_creation_is_decided_from_the_record(case: Create):
    spec = case.spec or a_spec()
    caller = Caller(request_id=case.request_id)
    decision = decide(
        case.record, Command(OperationKind.PROVISION, spec.name, spec, caller=caller)
    )
    assert summary(decision) == case.expected


@pytest.mark.parametrize(
    ("record", "force", "expected"),
    [
        pytest.param(None, False, "absent", id="no such environment"),
        pytest.param(DELETED, False, "absent", id="deleted already"),
        pytest.param(READY, False, ("start", "delete", "fraud-llm.2", None), id="a ready one"),
        pytest.param(
            PROVISIONING,
            False,
            ("start", "delete", "fraud-llm.2", "fraud-llm.1"),
            id="while provisioning: the running operation is named",
        ),
        pytest.param(DELETING, False, ("known", "fraud-llm.2"), id="a second DELETE is known"),
        pytest.param(
            DELETING,
            True,
            ("start", "delete", "fraud-llm.3", "fraud-llm.2"),
            id="force starts another one",
        ),
        pytest.param(
            STUCK, False, ("start", "delete", "fraud-llm.3", None), id="after a failed deletion"
        ),
    ],
)
def test_deletion_is_decided_from_the_record(record, force, expected):
    assert summary(decide_delete(record, force)) == expected


def test_force_goes_with_the_deletion_that_it_starts():
    decision = decide(DELETING, Command(OperationKind.DELETE, "fraud-llm", force=True))
    assert summary(decision) == ("start", "delete", "fraud-llm.3", "fraud-llm.2")
    assert isinstance(decision, Start)
    assert decision.request.force


def test_a_new_environment_has_no_public_name_yet():
    decision = decide(None, Command(OperationKind.PROVISION, "fraud-llm", a_spec()))
    assert isinstance(decision, Start)
    assert decision.request.host_name == ""


def in_phase(phase: Phase) -> EnvironmentRecord:
    """A phase that no operation of today leads to."""
    return READY.model_copy(update={"phase": phase})


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(None, "absent", id="no such environment"),
        pytest.param(PROVISIONING, refused("fraud-llm.1"), id="being built"),
        pytest.param(READY, ("start", "scale-down", "fraud-llm.2", None), id="ready"),
        pytest.param(
            AWAKE_AGAIN, ("start", "scale-down", "fraud-llm.4", None), id="ready after waking"
        ),
        pytest.param(UPDATING, ("known", "fraud-llm.2"), id="on its way to sleep"),
        pytest.param(ASLEEP, ("known", "fraud-llm.2"), id="asleep already"),
        pytest.param(WAKING, refused("fraud-llm.3"), id="waking"),
        pytest.param(DELETING, refused("fraud-llm.2"), id="being deleted"),
        pytest.param(DELETED, "absent", id="deleted"),
        pytest.param(FAILED, refused(), id="never built"),
        pytest.param(
            HALF_ASLEEP, ("start", "scale-down", "fraud-llm.3", None), id="failed to fall asleep"
        ),
        pytest.param(
            HALF_AWAKE, ("start", "scale-down", "fraud-llm.4", None), id="failed to wake"
        ),
        pytest.param(STUCK_ASLEEP, refused(), id="failed to go away"),
        pytest.param(in_phase(Phase.CANCELED), refused(), id="canceled"),
        pytest.param(in_phase(Phase.AWAITING_APPROVAL), refused(), id="not approved yet"),
    ],
)
def test_scaling_down_is_decided_from_the_record(record, expected):
    assert summary(decide_scale_down(record)) == expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(None, "absent", id="no such environment"),
        pytest.param(PROVISIONING, refused("fraud-llm.1"), id="being built"),
        pytest.param(READY, refused(), id="ready: never slept"),
        pytest.param(UPDATING, refused("fraud-llm.2"), id="on its way to sleep"),
        pytest.param(ASLEEP, ("start", "wake", "fraud-llm.3", None), id="asleep"),
        pytest.param(WAKING, ("known", "fraud-llm.3"), id="waking already"),
        pytest.param(AWAKE_AGAIN, ("known", "fraud-llm.3"), id="awake by the last wake"),
        pytest.param(DELETING_ASLEEP, refused("fraud-llm.3"), id="being deleted"),
        pytest.param(DELETED_ASLEEP, "absent", id="deleted"),
        pytest.param(FAILED, refused(), id="never built"),
        pytest.param(
            HALF_ASLEEP, ("start", "wake", "fraud-llm.3", None), id="failed to fall asleep"
        ),
        pytest.param(STILL_AWAKE, refused(), id="failed to fall asleep before anything was kept"),
        pytest.param(HALF_AWAKE, ("start", "wake", "fraud-llm.4", None), id="failed to wake"),
        pytest.param(
            STUCK_ASLEEP, refused(), id="failed to go away: what is left of it is not woken"
        ),
        pytest.param(in_phase(Phase.CANCELED), refused(), id="canceled"),
        pytest.param(in_phase(Phase.AWAITING_APPROVAL), refused(), id="not approved yet"),
    ],
)
def test_waking_is_decided_from_the_record(record, expected):
    assert summary(decide_wake(record)) == expected


def test_every_phase_stands_in_both_tables():
    def phases(test: Any) -> set[Phase]:
        (mark,) = test.pytestmark
        return {row.values[0].phase for row in mark.args[1] if row.values[0]}

    assert phases(test_scaling_down_is_decided_from_the_record) == set(Phase)
    assert phases(test_waking_is_decided_from_the_record) == set(Phase)


def test_after_another_scale_down_the_last_wake_is_history():
    asleep_again = ended(begun(AWAKE_AGAIN, OperationKind.SCALE_DOWN), Phase.SCALED_DOWN)
    assert summary(decide_wake(asleep_again)) == ("start", "wake", "fraud-llm.5", None)


@pytest.mark.parametrize("decide", [decide_scale_down, decide_wake])
def test_a_refusal_says_what_it_is_and_what_it_would_have_to_be(decide):
    decision = decide(PROVISIONING)
    needed = "Ready" if decide is decide_scale_down else "ScaledDown"
    assert isinstance(decision, Refused)
    assert decision.message == (
        f"Environment 'fraud-llm' is Provisioning; this needs it to be {needed}."
    )


def test_waking_knows_spec_and_public_name_of_the_environment():
    decision = decide_wake(ASLEEP.model_copy(update={"endpoint": f"https://{HOST}"}))
    assert isinstance(decision, Start)
    assert (decision.request.spec, decision.request.host_name) == (a_spec(), HOST)


LONG_AGO = READY.model_copy(
    update={
        "sequence": 40,
        "operations": tuple(
            READY.operations[0].model_copy(update={"id": f"fraud-llm.{n}", "kind": "wake"})
            for n in (39, 40)
        ),
    }
)
"""So long that the operation that built it is no longer on the record."""


@pytest.mark.parametrize(
    ("record", "spec", "expected"),
    [
        pytest.param(AWAKE_AGAIN, a_spec(), ("known", "fraud-llm.1"), id="the same spec"),
        pytest.param(
            AWAKE_AGAIN,
            OTHER_SPEC,
            ("refused", "EnvironmentExists", "fraud-llm.1"),
            id="another spec, with the operation that built it",
        ),
        pytest.param(
            WAKING,
            OTHER_SPEC,
            ("refused", "EnvironmentExists", "fraud-llm.3"),
            id="another spec, with the operation that runs",
        ),
        pytest.param(LONG_AGO, a_spec(), ("known", "fraud-llm.40"), id="built long ago"),
    ],
)
def test_a_creation_of_what_exists_answers_with_the_operation_that_built_it(
    record, spec, expected
):
    command = Command(OperationKind.PROVISION, "fraud-llm", spec)
    assert summary(decide(record, command)) == expected


@pytest.mark.parametrize(
    ("record", "command", "message", "target"),
    [
        pytest.param(
            DELETING,
            Command(OperationKind.PROVISION, "fraud-llm", a_spec()),
            "Environment 'fraud-llm' is being deleted. Wait for the deletion to end, then send "
            "the request again.",
            "name",
            id="being deleted",
        ),
        pytest.param(
            READY,
            Command(OperationKind.PROVISION, "fraud-llm", OTHER_SPEC),
            "Environment 'fraud-llm' exists with another spec. Update it with PUT, delete it "
            "first, or choose another name.",
            "name",
            id="another spec",
        ),
        pytest.param(
            READY,
            Command(OperationKind.UPDATE, "fraud-llm", a_spec(regions=["northeurope"])),
            "regions cannot be changed in place. Keep what environment 'fraud-llm' has, or create "
            "another environment and delete this one.",
            "regions",
            id="a fixed field",
        ),
        pytest.param(
            ASLEEP,
            Command(OperationKind.UPDATE, "fraud-llm", OTHER_SPEC),
            "Environment 'fraud-llm' is ScaledDown; this needs it to be Ready.",
            "name",
            id="an update of what sleeps",
        ),
        pytest.param(
            PROVISIONING,
            Command(OperationKind.DELETE, "fraud-llm", waits=True),
            "Operation 'fraud-llm.1' of environment 'fraud-llm' has to end first.",
            "name",
            id="a deletion that waits",
        ),
        pytest.param(
            PROVISIONING,
            Command(OperationKind.DELETE, "fraud-llm", caller=Caller(request_id=FIRST_ID)),
            f"The id {FIRST_ID} was used with another request. Send a new id with a new request.",
            "name",
            id="an id used before",
        ),
        pytest.param(
            READY,
            Command(RETRY, "fraud-llm"),
            "Environment 'fraud-llm' is Ready; this needs it to be Failed or Canceled.",
            "name",
            id="a retry of what has not failed",
        ),
        pytest.param(
            PROVISIONING,
            Command(OperationKind.REPAIR, "fraud-llm"),
            "Environment 'fraud-llm' is Provisioning; this needs it to be Ready, ScaledDown, "
            "Failed or Canceled.",
            "name",
            id="a repair of what is being built",
        ),
        pytest.param(
            READY,
            Command(CANCEL, "fraud-llm"),
            "No operation of 'fraud-llm' is running.",
            "name",
            id="nothing to cancel",
        ),
        pytest.param(
            READY,
            Command(
                OperationKind.UPDATE,
                "fraud-llm",
                OTHER_SPEC,
                conditions=Conditions(if_none_match="*"),
            ),
            f"The environment exists with the ETag {READY.etag}. Omit If-None-Match to change it, "
            "or use POST /environments to create one.",
            "header If-None-Match",
            id="an update of what must not exist",
        ),
    ],
)
def test_a_refusal_says_what_to_do_instead(record, command, message, target):
    decision = decide(record, command)
    assert isinstance(decision, Refused)
    assert (decision.message, decision.target) == (message, target)


def test_an_update_reaches_its_decision_with_its_spec():
    decision = decide(READY, Command(OperationKind.UPDATE, "fraud-llm", OTHER_SPEC))
    assert isinstance(decision, Start)
    assert (decision.request.kind, decision.request.spec) == (OperationKind.UPDATE, OTHER_SPEC)


@pytest.mark.parametrize("kind", [OperationKind.PROVISION, OperationKind.UPDATE])
def test_what_needs_a_specification_is_not_decided_without_one(kind):
    with pytest.raises(ValueError, match=f"a {kind} needs a specification"):
        decide(READY, Command(kind, "fraud-llm"))


@pytest.mark.parametrize(
    ("record", "expected"), [(READY, False), (DELETING, False), (DELETED, True)]
)
def test_an_environment_exists_until_it_is_deleted(record, expected):
    assert record.is_deleted is expected


@pytest.mark.parametrize("force", [True, False])
def test_a_deletion_hands_on_whether_it_is_forced(force: bool):
    decision = decide_delete(PROVISIONING, force)
    assert isinstance(decision, Start)
    assert decision.request.force is force


MESSAGE = Caller(
    request_id="message-7", traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
)


@pytest.mark.parametrize(
    ("before", "kind", "phases"),
    [
        pytest.param(READY, OperationKind.SCALE_DOWN, [Phase.SCALED_DOWN], id="scale-down"),
        pytest.param(ASLEEP, OperationKind.WAKE, [Phase.READY], id="wake"),
        pytest.param(READY, OperationKind.DELETE, [Phase.DELETED], id="delete"),
    ],
)
def test_a_request_that_comes_again_is_known_whatever_has_happened_since(
    before: EnvironmentRecord, kind: OperationKind, phases: list[Phase]
):
    command = Command(kind, "fraud-llm", caller=MESSAGE)
    first = decide(before, command)
    assert isinstance(first, Start)
    assert first.request.traceparent == MESSAGE.traceparent
    begun_by_it = start_operation(before, first.request, NOON)
    assert begun_by_it
    for record in (begun_by_it, *(ended(begun_by_it, phase) for phase in phases)):
        assert decide(record, command) == AlreadyStarted(first.request.operation_id)


def test_an_id_that_was_used_for_something_else_is_refused_for_good():
    scale_down = decide(READY, Command(OperationKind.SCALE_DOWN, "fraud-llm", caller=MESSAGE))
    assert isinstance(scale_down, Start)
    record = start_operation(READY, scale_down.request, NOON)
    refusal = decide(record, Command(OperationKind.DELETE, "fraud-llm", caller=MESSAGE))
    assert isinstance(refusal, Refused)
    assert (refusal.code, refusal.is_passing) == ("RepeatabilityRequestIdReused", False)


@pytest.mark.parametrize(
    ("record", "kind", "passes"),
    [
        pytest.param(PROVISIONING, OperationKind.WAKE, True, id="an operation runs"),
        pytest.param(READY, OperationKind.WAKE, False, id="nothing runs and nothing sleeps"),
        pytest.param(DELETING, OperationKind.PROVISION, True, id="it is being deleted"),
        pytest.param(FAILED, OperationKind.SCALE_DOWN, False, id="it has failed"),
    ],
)
def test_a_refusal_says_whether_waiting_helps(
    record: EnvironmentRecord, kind: OperationKind, passes: bool
):
    spec = a_spec() if kind is OperationKind.PROVISION else None
    refusal = decide(record, Command(kind, "fraud-llm", spec))
    assert isinstance(refusal, Refused)
    assert refusal.is_passing is passes


def test_a_deletion_that_waits_lets_a_running_operation_end():
    waiting = Command(OperationKind.DELETE, "fraud-llm", waits=True)
    refusal = decide(PROVISIONING, waiting)
    assert isinstance(refusal, Refused)
    assert (refusal.code, refusal.operation_id, refusal.is_passing) == (
        "OperationInProgress",
        "fraud-llm.1",
        True,
    )
    assert summary(decide(READY, waiting)) == ("start", "delete", "fraud-llm.2", None)
    assert decide(DELETING, waiting) == AlreadyStarted("fraud-llm.2")
    forced = Command(OperationKind.DELETE, "fraud-llm", force=True, waits=True)
    assert summary(decide(PROVISIONING, forced)) == (
        "start",
        "delete",
        "fraud-llm.2",
        "fraud-llm.1",
    )


START_UPDATE = ("start", "update", "fraud-llm.2", None)


@pytest.mark.parametrize(
    ("record", "changes", "expected"),
    [
        pytest.param(None, CHANGED, "absent", id="no such environment"),
        pytest.param(DELETED, CHANGED, "absent", id="deleted"),
        pytest.param(
            BEING_UPDATED,
            {"regions": ["northeurope"]},
            ("refused", "FieldCannotBeChanged", "fraud-llm.2"),
            id="what cannot be changed, while an update runs",
        ),
        pytest.param(READY, CHANGED, START_UPDATE, id="a ready one"),
        pytest.param(READY, {}, ("known", "fraud-llm.1"), id="nothing to change"),
        pytest.param(BEING_UPDATED, CHANGED, ("known", "fraud-llm.2"), id="the same again"),
        pytest.param(
            BEING_UPDATED, {}, refused("fraud-llm.2"), id="another one while the first runs"
        ),
        pytest.param(
            HALF_UPDATED,
            CHANGED,
            ("start", "update", "fraud-llm.3", None),
            id="a failed one again",
        ),
        pytest.param(
            HALF_UPDATED,
            {},
            ("start", "update", "fraud-llm.3", None),
            id="back after a failed one",
        ),
        pytest.param(PROVISIONING, CHANGED, refused("fraud-llm.1"), id="while it is being built"),
        pytest.param(FAILED, CHANGED, START_2, id="a failed creation goes on, corrected"),
        pytest.param(FAILED, {}, START_2, id="a failed creation goes on as it was"),
        pytest.param(AWAKE_AGAIN, {}, ("known", "fraud-llm.1"), id="nothing to change since"),
        pytest.param(
            HALF_AWAKE,
            CHANGED,
            ("start", "update", "fraud-llm.4", None),
            id="a failed wake goes on, corrected",
        ),
        pytest.param(
            FAILED,
            {"gpu": {"vmSize": "Standard_NC48ads_A100_v4", "maxNodes": 5, "spot": True}},
            START_2,
            id="a failed creation goes on with GPU nodes of another size",
        ),
        pytest.param(ASLEEP, CHANGED, refused(), id="while it sleeps"),
        pytest.param(DELETING, CHANGED, refused("fraud-llm.2"), id="while it is being deleted"),
    ],
)
def test_an_update_is_decided_from_the_record(
    record: EnvironmentRecord | None, changes: dict[str, Any], expected: Any
):
    assert summary(decide_update(record, a_spec(**changes))) == expected


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"regions": ["swedencentral"]}, "regions"),
        ({"gpu": {"vmSize": "Standard_NC48ads_A100_v4", "maxNodes": 5}}, "gpu.vmSize"),
        ({"gpu": {"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": 5, "spot": True}}, "gpu.spot"),
        ({"edge": {"sku": "Premium_AzureFrontDoor"}}, "edge.sku"),
        (
            {"edge": {"sku": "Premium_AzureFrontDoor", "origin": "privateLink"}},
            "edge.sku, edge.origin",
        ),
        (
            {"regions": ["swedencentral"], "edge": {"sku": "Premium_AzureFrontDoor"}},
            "regions, edge.sku",
        ),
    ],
)
def test_what_azure_cannot_change_is_refused_for_good_by_its_name(
    changes: dict[str, Any], named: str
):
    refusal = decide_update(READY, a_spec(**changes))
    assert isinstance(refusal, Refused)
    assert (refusal.code, refusal.is_passing) == ("FieldCannotBeChanged", False)
    assert refusal.message.startswith(f"{named} cannot be changed")


def test_a_disk_encryption_set_is_fixed_once_the_cluster_is_built():
    encryption_set = (
        f"/subscriptions/{'1' * 36}/resourceGroups/g/providers/Microsoft.Compute/"
        "diskEncryptionSets/des"
    )
    wanted = a_spec(cluster={"diskEncryptionSetId": encryption_set})
    built = READY.model_copy(update={"endpoint": "https://gp.azurefd.net"})
    for record in (built, built.model_copy(update={"phase": Phase.FAILED})):
        refusal = decide_update(record, wanted)
        assert isinstance(refusal, Refused)
        assert refusal.target == "cluster.diskEncryptionSetId"
    never_built = built.model_copy(update={"phase": Phase.FAILED, "endpoint": None})
    assert isinstance(decide_update(never_built, wanted), Start)


@pytest.mark.parametrize(
    ("present", "wanted", "named"),
    [
        ({}, https_edge(), "domainName"),
        (https_edge(), {}, "domainName"),
        (https_edge(), https_edge(domainName="other.example.com"), "domainName"),
        (https_edge(), https_edge(dnsZoneId=ZONE_ID), "dnsZoneId"),
    ],
)
def test_the_names_of_origins_are_fixed_once_they_are_built(present, wanted, named):
    built = a_record(a_request(spec=a_spec(**present))).model_copy(
        update={
            "phase": Phase.READY,
            "active_operation": None,
            "endpoint": "https://gp.azurefd.net",
        }
    )
    refusal = decide_update(built, a_spec(**wanted))
    assert isinstance(refusal, Refused)
    assert refusal.target == f"edge.originCertificate.{named}"
    never_built = built.model_copy(update={"phase": Phase.FAILED, "endpoint": None})
    assert isinstance(decide_update(never_built, a_spec(**wanted)), Start)


def test_another_certificate_for_the_same_names_is_an_update():
    other = "https://fraud-team.vault.azure.net/certificates/other"
    built = a_record(a_request(spec=a_spec(**https_edge()))).model_copy(
        update={
            "phase": Phase.READY,
            "active_operation": None,
            "endpoint": "https://gp.azurefd.net",
        }
    )
    wanted = a_spec(**https_edge(keyVaultCertificateId=other, keyVaultId=CERTIFICATE_VAULT_ID))
    assert isinstance(decide_update(built, wanted), Start)


@pytest.mark.parametrize(
    ("present", "wanted"), [("public", "privateLink"), ("privateLink", "public")]
)
def test_origins_stay_public_or_private_also_after_a_failure(present: str, wanted: str):
    premium = {"sku": "Premium_AzureFrontDoor"}
    record = a_record(a_request(spec=a_spec(edge={**premium, "origin": present})))
    refusal = decide_update(
        record.model_copy(update={"phase": Phase.FAILED}),
        a_spec(edge={**premium, "origin": wanted}),
    )
    assert isinstance(refusal, Refused)
    assert (refusal.code, refusal.target) == ("FieldCannotBeChanged", "edge.origin")


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(None, "absent", id="no such environment"),
        pytest.param(DELETED, "absent", id="deleted"),
        pytest.param(FAILED, START_2, id="a failed provision"),
        pytest.param(CANCELED, START_2, id="a canceled provision"),
        pytest.param(HALF_UPDATED, ("start", "update", "fraud-llm.3", None), id="an update"),
        pytest.param(HALF_ASLEEP, ("start", "scale-down", "fraud-llm.3", None), id="a scale-down"),
        pytest.param(HALF_AWAKE, ("start", "wake", "fraud-llm.4", None), id="a wake"),
        pytest.param(
            HALF_AWAKE.model_copy(update={"kept_pools": {}}),
            ("start", "update", "fraud-llm.4", None),
            id="a wake without settings to go back to",
        ),
        pytest.param(STUCK, ("start", "delete", "fraud-llm.3", None), id="a deletion"),
        pytest.param(READY, refused(), id="nothing has failed"),
        pytest.param(ASLEEP, refused(), id="nothing has failed, and it sleeps"),
        pytest.param(PROVISIONING, refused("fraud-llm.1"), id="the operation still runs"),
    ],
)
def test_a_retry_starts_the_operation_that_failed_again(
    record: EnvironmentRecord | None, expected: Any
):
    assert summary(decide(record, Command(RETRY, "fraud-llm"))) == expected


def test_a_repeated_retry_is_known_after_it_has_ended():
    command = Command(RETRY, "fraud-llm", caller=MESSAGE)
    first = decide(FAILED, command)
    assert isinstance(first, Start)
    begun_by_it = start_operation(FAILED, first.request, NOON)
    assert begun_by_it
    for record in (begun_by_it, ended(begun_by_it, Phase.FAILED)):
        assert decide(record, command) == AlreadyStarted("fraud-llm.2")


@pytest.mark.parametrize(
    ("record", "spec", "advice"),
    [
        pytest.param(READY, OTHER_SPEC, "exists with another spec. Update it with PUT,"),
        pytest.param(
            ASLEEP,
            OTHER_SPEC,
            "exists with another spec. Wake it with POST /environments/fraud-llm/wake and update "
            "it with PUT,",
        ),
        pytest.param(
            HALF_AWAKE,
            OTHER_SPEC,
            "exists with another spec. Update it with PUT,",
        ),
        pytest.param(
            STUCK,
            a_spec(),
            "exists. Update it with PUT,",
        ),
    ],
    ids=["ready", "asleep", "not woken", "not deleted"],
)
def test_a_taken_name_comes_with_advice_that_works_in_its_phase(
    record: EnvironmentRecord, spec: EnvironmentSpec, advice: str
):
    refusal = decide(record, Command(OperationKind.PROVISION, spec.name, spec))
    assert isinstance(refusal, Refused)
    assert advice in refusal.message


def test_an_update_keeps_what_the_record_knows_of_the_environment():
    known = READY.model_copy(update={"endpoint": f"https://{HOST}"})
    record = updating(known, **CHANGED)
    assert (record.phase, record.generation) == (Phase.UPDATING, READY.generation + 1)
    assert (record.spec.cost_center, record.endpoint) == ("ML-9", f"https://{HOST}")
    decision = decide_update(known, a_spec(**CHANGED))
    assert isinstance(decision, Start)
    assert decision.request.host_name == HOST


def test_after_a_failed_update_its_gpu_pools_can_go_to_zero():
    start = ("start", "scale-down", "fraud-llm.3", None)
    assert summary(decide_scale_down(HALF_UPDATED)) == start
    assert summary(decide_wake(HALF_UPDATED)) == refused(), "nothing was kept to go back to"


STALE = ("stale", "PreconditionFailed", None)
DELETE_WITH = {"kind": OperationKind.DELETE, "name": "fraud-llm"}
UPDATE_WITH = {**DELETE_WITH, "kind": OperationKind.UPDATE, "spec": a_spec(**CHANGED)}
START_DELETE = ("start", "delete", "fraud-llm.2", None)


@pytest.mark.parametrize(
    ("record", "command", "expected"),
    [
        pytest.param(READY, {**DELETE_WITH, "if_match": READY.etag}, START_DELETE, id="current"),
        pytest.param(READY, {**DELETE_WITH, "if_match": "*"}, START_DELETE, id="any that exists"),
        pytest.param(READY, DELETE_WITH, START_DELETE, id="no condition"),
        pytest.param(READY, {**DELETE_WITH, "if_match": PROVISIONING.etag}, STALE, id="an older"),
        pytest.param(READY, {**DELETE_WITH, "if_match": '"9-9"'}, STALE, id="one never given"),
        pytest.param(
            READY, {**DELETE_WITH, "if_match": f'"9-9", {READY.etag}'}, START_DELETE, id="a list"
        ),
        pytest.param(READY, {**DELETE_WITH, "if_match": f"W/{READY.etag}"}, STALE, id="weak"),
        pytest.param(READY, {**UPDATE_WITH, "if_none_match": "*"}, STALE, id="it exists"),
        pytest.param(
            READY, {**UPDATE_WITH, "if_none_match": f"W/{READY.etag}"}, STALE, id="it is this one"
        ),
        pytest.param(
            READY, {**UPDATE_WITH, "if_none_match": '"9-9"'}, START_UPDATE, id="it is another"
        ),
        pytest.param(None, {**UPDATE_WITH, "if_none_match": "*"}, "absent", id="none exists"),
        pytest.param(
            READY, {**DELETE_WITH, "if_match": READY.etag.strip('"')}, STALE, id="no quotes"
        ),
        pytest.param(READY, {**DELETE_WITH, "if_match": ""}, STALE, id="an empty one"),
        pytest.param(
            READY, {**DELETE_WITH, "if_match": '"9-9"', "force": True}, STALE, id="force or not"
        ),
        pytest.param(READY, {**UPDATE_WITH, "if_match": READY.etag}, START_UPDATE, id="update"),
        pytest.param(
            READY, {**UPDATE_WITH, "if_match": PROVISIONING.etag}, STALE, id="update of an older"
        ),
        pytest.param(
            READY,
            {**UPDATE_WITH, "spec": a_spec(), "if_match": '"9-9"'},
            STALE,
            id="an update that changes nothing is refused, too",
        ),
        pytest.param(
            DELETING,
            {**DELETE_WITH, "if_match": READY.etag},
            STALE,
            id="the deletion that runs was not asked for with it",
        ),
        pytest.param(
            DELETED, {**DELETE_WITH, "if_match": '"9-9"'}, "absent", id="what is deleted has none"
        ),
        pytest.param(
            DELETED, {**UPDATE_WITH, "if_match": READY.etag}, "absent", id="nor has it an update"
        ),
        pytest.param(None, {**DELETE_WITH, "if_match": "*"}, "absent", id="nothing there"),
        pytest.param(
            PROVISIONING,
            {
                "kind": OperationKind.PROVISION,
                "name": "fraud-llm",
                "spec": a_spec(),
                "if_match": '"9-9"',
                "caller": Caller(request_id=FIRST_ID),
            },
            ("known", "fraud-llm.1"),
            id="a repeated request: the first one changed the ETag itself",
        ),
    ],
)
def test_a_command_that_names_an_etag_holds_for_no_other(
    record: EnvironmentRecord | None, command: dict[str, Any], expected: Any
):
    conditions = {key: command[key] for key in ("if_match", "if_none_match") if key in command}
    others = {key: value for key, value in command.items() if key not in conditions}
    given = Command(**others, conditions=Conditions(**conditions))
    assert summary(decide(record, given)) == expected


def test_what_is_stale_is_told_what_it_would_have_to_be():
    stale = Conditions(if_match='"9-9"')
    refusal = decide(READY, Command(OperationKind.DELETE, "fraud-llm", conditions=stale))
    assert isinstance(refusal, PreconditionFailed)
    assert READY.etag in refusal.message
    assert (refusal.target, refusal.is_passing) == ("header If-Match", False)


STOPPED = end_operation(
    PROVISIONING,
    OperationEnd(
        operation_id="fraud-llm.1", phase=Phase.CANCELED, outcome=Outcome.canceled(), at=NOON
    ),
)
CANCELED_IN_AZURE = end_operation(
    PROVISIONING,
    OperationEnd(
        operation_id="fraud-llm.1",
        phase=Phase.FAILED,
        outcome=Outcome.canceled(failed("OperationCanceled").failure),
        at=NOON,
    ),
)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(PROVISIONING, ("cancel", "fraud-llm.1"), id="being built"),
        pytest.param(BEING_UPDATED, ("cancel", "fraud-llm.2"), id="being updated"),
        pytest.param(UPDATING, ("cancel", "fraud-llm.2"), id="being scaled down"),
        pytest.param(WAKING, ("cancel", "fraud-llm.3"), id="waking"),
        pytest.param(DELETING, ("cancel", "fraud-llm.2"), id="being deleted"),
        pytest.param(STOPPED, ("known", "fraud-llm.1"), id="canceled already"),
        pytest.param(
            CANCELED_IN_AZURE, ("refused", "NoOperationRunning", None), id="canceled in Azure"
        ),
        pytest.param(READY, ("refused", "NoOperationRunning", None), id="nothing runs"),
        pytest.param(FAILED, ("refused", "NoOperationRunning", None), id="it has failed"),
        pytest.param(DELETED, "absent", id="deleted"),
        pytest.param(None, "absent", id="unknown"),
    ],
)
def test_cancel_ends_what_runs(record: EnvironmentRecord | None, expected: Any):
    by_message = Command(CANCEL, "fraud-llm", waits=True)
    assert summary(decide(record, by_message)) == expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(READY, ("start", "repair", "fraud-llm.2", None), id="ready"),
        pytest.param(ASLEEP, ("start", "repair", "fraud-llm.3", None), id="scaled down"),
        pytest.param(FAILED, ("start", "provision", "fraud-llm.2", None), id="never built"),
        pytest.param(CANCELED, ("start", "provision", "fraud-llm.2", None), id="canceled"),
        pytest.param(STUCK, ("start", "repair", "fraud-llm.3", None), id="half deleted"),
        pytest.param(
            begun(READY, OperationKind.REPAIR), ("known", "fraud-llm.2"), id="being repaired"
        ),
        pytest.param(
            begun(ASLEEP, OperationKind.REPAIR),
            ("known", "fraud-llm.3"),
            id="being repaired in its sleep",
        ),
        pytest.param(PROVISIONING, refused("fraud-llm.1"), id="being built"),
        pytest.param(DELETING, refused("fraud-llm.2"), id="being deleted"),
        pytest.param(DELETED, "absent", id="deleted"),
        pytest.param(None, "absent", id="unknown"),
    ],
)
def test_repair_starts_wherever_no_operation_runs(record: EnvironmentRecord | None, expected: Any):
    assert summary(decide(record, Command(OperationKind.REPAIR, "fraud-llm"))) == expected


NOT_REPAIRED = ended(begun(READY, OperationKind.REPAIR), Phase.FAILED)


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        pytest.param(Command(RETRY, "fraud-llm"), "repair", id="retry"),
        pytest.param(
            Command(OperationKind.UPDATE, "fraud-llm", OTHER_SPEC), "update", id="another spec"
        ),
        pytest.param(Command(OperationKind.SCALE_DOWN, "fraud-llm"), "scale-down", id="to zero"),
        pytest.param(Command(OperationKind.REPAIR, "fraud-llm"), "repair", id="repair"),
        pytest.param(Command(OperationKind.DELETE, "fraud-llm"), "delete", id="delete"),
    ],
)
def test_a_failed_repair_has_ways_out(command: Command, kind: str):
    assert summary(decide(NOT_REPAIRED, command))[:2] == ("start", kind)


def found(record: EnvironmentRecord, status: HealthStatus) -> EnvironmentRecord:
    return record.model_copy(update={"health": Health(status=status)})


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(
            found(READY, HealthStatus.DEGRADED),
            ("start", "repair", "fraud-llm.2", None),
            id="degraded",
        ),
        pytest.param(
            found(READY, HealthStatus.UNREACHABLE),
            ("start", "repair", "fraud-llm.2", None),
            id="unreachable",
        ),
        pytest.param(
            found(ASLEEP, HealthStatus.DEGRADED),
            ("start", "repair", "fraud-llm.3", None),
            id="degraded in its sleep",
        ),
        pytest.param(found(READY, HealthStatus.HEALTHY), ("known", "fraud-llm.1"), id="healthy"),
        pytest.param(found(READY, HealthStatus.UNKNOWN), ("known", "fraud-llm.1"), id="unknown"),
    ],
)
def test_the_same_specification_repairs_what_differs_from_it(
    record: EnvironmentRecord, expected: Any
):
    assert summary(decide_update(record, a_spec())) == expected


@pytest.mark.parametrize("decide_next", [decide_retry, partial(decide_delete, force=False)])
def test_a_deletion_waits_for_what_a_canceled_one_has_stopped(decide_next: Any):
    """The operation under way may take longer to end than the deletion that has stopped it."""
    stopped = ended(begun(PROVISIONING, OperationKind.DELETE), Phase.CANCELED)
    assert stopped.active_operation is None
    assert summary(decide_next(stopped)) == ("start", "delete", "fraud-llm.3", "fraud-llm.1")
    over = end_operation(
        stopped,
        OperationEnd(
            operation_id="fraud-llm.1", phase=Phase.CANCELED, outcome=Outcome.canceled(), at=NOON
        ),
    )
    assert summary(decide_next(over)) == ("start", "delete", "fraud-llm.3", None)
