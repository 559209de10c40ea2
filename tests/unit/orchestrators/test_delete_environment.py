import pytest

from domain import deadlines
from domain.durable.inputs import DeletionInput
from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.environment.record import OperationEnd
from domain.outcomes import Outcome, Status
from domain.spec.weights import STORAGE_ACCOUNT_ID
from orchestrators.delete_environment import delete_environment
from tests.support.certificates import CERTIFICATE_VAULT_ID, ZONE_ID, https_edge
from tests.support.engine import After, Answer, Run, run
from tests.support.payloads import CANCELED, QUOTA, SECRETS, SUCCEEDED, VAULT_ID, failed
from tests.support.specs import NOON, a_request, a_spec

ME = "fraud-llm.2"
PREDECESSOR = "fraud-llm.1"
CHILDREN = [f"{ME}.edge", f"{ME}.cell.westeurope", f"{ME}.cell.swedencentral"]
GROUP = "/subscriptions/5b5c5b5c-0000-4000-8000-000000000001/resourceGroups/gp-fraud-llm-edge"
NOTHING_LEFT = Outcome.succeeded(resourceIds=[])
LEFT = Outcome.succeeded(resourceIds=[GROUP, f"{GROUP}/providers/Microsoft.Cdn/profiles/gp-x"])


def delete(
    children=None, remaining: Answer = NOTHING_LEFT, request=None, empty=None, **options
) -> Run:
    spec = a_spec(regions=["westeurope", "swedencentral"])
    value = a_request(OperationKind.DELETE, 2, **{"spec": spec, **(request or {})})
    return run(
        delete_environment,
        value.to_wire(),
        instance_id=ME,
        activities={"list_remaining_resources": remaining, **(empty or {})},
        children={"delete_resources": After(300, SUCCEEDED), **(children or {})},
        **options,
    )


def end_of(done: Run) -> OperationEnd:
    return OperationEnd.from_wire(done.input_of("end_operation"))


def test_edge_and_cells_side_by_side_then_a_look_that_nothing_is_left():
    done = delete()
    assert done.lines == [
        "entity fraud-llm start_operation",
        f"start delete_resources {CHILDREN[0]}",
        f"start delete_resources {CHILDREN[1]}",
        f"start delete_resources {CHILDREN[2]}",
        "call list_remaining_resources",
        "entity fraud-llm end_operation Deleted",
    ]
    assert done.outcome == SUCCEEDED
    assert done.seconds < 310


def test_each_part_goes_in_the_reverse_order_of_its_creation():
    done = delete()
    edge, cell = (
        [target.step.name for target in DeletionInput.from_wire(done.input_of(child)).targets]
        for child in (f"delete_resources {CHILDREN[0]}", f"delete_resources {CHILDREN[1]}")
    )
    assert (edge[0], edge[-1]) == ("edge/securityPolicy", "edge/resourceGroup")
    assert cell == ["cell/westeurope/managedCluster", "cell/westeurope/resourceGroup"]


def test_the_role_on_the_vault_goes_first_because_it_does_not_go_with_the_cell():
    workload = {"image": "llm:1", "secrets": SECRETS, "keyVaultId": VAULT_ID}
    done = delete(request={"spec": a_spec(workload=workload)})
    (role, *others) = DeletionInput.from_wire(
        done.input_of(f"delete_resources {CHILDREN[1]}")
    ).targets
    assert role.step.name == "cell/westeurope/vaultAccess-fraud-team"
    assert (role.kind, role.scope) == ("roleAssignment", VAULT_ID)
    assert [each.kind for each in others] == ["managedCluster", "resourceGroup"]


def test_the_role_on_the_account_with_the_weights_goes_as_well():
    model = {"name": "m", "version": "1", "source": "az://acmemodels/weights/m/1"}
    workload = {"image": "llm:1", "model": {**model, "storageAccountId": STORAGE_ACCOUNT_ID}}
    done = delete(request={"spec": a_spec(workload=workload)})
    (role, *_) = DeletionInput.from_wire(done.input_of(f"delete_resources {CHILDREN[1]}")).targets
    assert role.step.name == "cell/westeurope/weightsAccess-acmemodels"
    assert (role.kind, role.scope) == ("roleAssignment", STORAGE_ACCOUNT_ID)


def test_the_name_of_a_cell_and_the_role_on_its_certificates_vault_go_first():
    spec = a_spec(**https_edge(keyVaultId=CERTIFICATE_VAULT_ID, dnsZoneId=ZONE_ID))
    done = delete(request={"spec": spec})
    record, role, *_ = DeletionInput.from_wire(
        done.input_of(f"delete_resources {CHILDREN[1]}")
    ).targets
    assert record.step.name == "cell/westeurope/dnsRecord"
    assert (record.kind, record.record) == ("dnsRecord", f"{ZONE_ID}/CNAME/westeurope.llm")
    assert role.step.name == "cell/westeurope/vaultAccess-fraud-team"
    assert (role.kind, role.scope) == ("roleAssignment", CERTIFICATE_VAULT_ID)


def test_one_failure_does_not_stop_the_rest():
    done = delete({f"delete_resources {CHILDREN[0]}": After(10, QUOTA)}, LEFT)
    assert done.steps("send") == []
    assert (done.outcome, end_of(done).phase) == (QUOTA, Phase.FAILED)
    assert done.seconds > 300


def test_what_azure_still_shows_makes_the_deletion_fail_with_a_list_of_it():
    done = delete(remaining=LEFT)
    failure = done.outcome.failure
    assert failure
    assert (failure.reason, failure.retryable) == ("ResourcesRemain", True)
    assert failure.message.startswith(
        "Azure still shows 2 resource(s): /subscriptions/***/resourceGroups/gp-fraud-llm-edge, "
    )
    end = end_of(done)
    assert (end.phase, end.remaining) == (Phase.FAILED, tuple(LEFT.result["resourceIds"]))
    assert end.warnings == ()


def test_a_look_that_azure_throttles_is_taken_again():
    busy = failed("Throttled", retryable=True)
    done = delete(remaining=[busy, busy, NOTHING_LEFT])
    assert done.steps("call", "timer") == [
        "call list_remaining_resources",
        "timer 15 s",
        "call list_remaining_resources",
        "timer 15 s",
        "call list_remaining_resources",
    ]
    assert done.outcome.is_success


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        pytest.param(failed("Forbidden"), 302, id="not allowed to look"),
        pytest.param(
            failed("AzureUnavailable", retryable=True),
            302 + deadlines.REMAINING_RESOURCES,
            id="no answer for minutes",
        ),
    ],
)
def test_a_deletion_that_cannot_look_does_not_claim_that_all_is_gone(
    answer: Outcome, seconds: float
):
    done = delete(remaining=answer)
    assert end_of(done).phase is Phase.FAILED
    assert done.outcome.failure
    assert done.outcome.failure.reason == "DeletionNotVerified"
    assert end_of(done).remaining == ()
    assert [each.target for each in end_of(done).warnings] == ["/environments/fraud-llm"]
    assert 0 <= done.seconds - seconds < 20


def test_it_cancels_the_running_operation_and_waits_until_that_has_let_go():
    done = delete(request={"predecessor": PREDECESSOR}, entity={"has_ended": [False, False, True]})
    assert done.lines[:9] == [
        "entity fraud-llm start_operation",
        f"send supersede to {PREDECESSOR}",
        f"send cancel to {PREDECESSOR}",
        "entity fraud-llm has_ended",
        "timer 5 s",
        "entity fraud-llm has_ended",
        "timer 5 s",
        "entity fraud-llm has_ended",
        f"start delete_resources {CHILDREN[0]}",
    ]
    assert done.input_of("has_ended") == PREDECESSOR


def test_a_forced_deletion_cancels_but_does_not_wait():
    done = delete(request={"predecessor": PREDECESSOR, "force": True})
    assert done.lines[:4] == [
        "entity fraud-llm start_operation",
        f"send supersede to {PREDECESSOR}",
        f"send cancel to {PREDECESSOR}",
        f"start delete_resources {CHILDREN[0]}",
    ]


def test_one_that_is_canceled_meanwhile_ends_once_that_has_let_go():
    """What is requested next would run beside it otherwise."""
    waits = [False] * 8 + [True]
    done = delete(
        request={"predecessor": PREDECESSOR}, entity={"has_ended": waits}, cancel_after=4
    )
    assert len(done.steps("entity fraud-llm has_ended")) == len(waits)
    assert done.steps("start") == []
    assert done.outcome == CANCELED
    assert done.lines[-2:] == [
        "call list_remaining_resources",
        "entity fraud-llm end_operation Canceled",
    ]


def test_an_operation_that_never_lets_go_is_waited_for_ten_minutes():
    done = delete(request={"predecessor": PREDECESSOR}, entity={"has_ended": False})
    assert done.outcome.is_success
    assert 0 <= done.seconds - 300 - deadlines.PREDECESSOR < 20


def test_every_child_ends_with_the_operation():
    child = DeletionInput.from_wire(delete().input_of("delete_resources"))
    assert (child.operation.deadline - NOON).total_seconds() == deadlines.DELETE


@pytest.mark.parametrize(
    ("supersede_after", "passed_on"),
    [
        pytest.param(4, [], id="while it waits for its predecessor"),
        pytest.param(100, CHILDREN, id="while it deletes"),
    ],
)
def test_a_forced_deletion_beside_it_cancels_it(supersede_after: float, passed_on: list[str]):
    """Its children are canceled with it: what they did, the other deletion does again."""
    waits = [False] * 8 + [True]
    done = delete(
        request={"predecessor": PREDECESSOR},
        entity={"has_ended": waits if supersede_after < 10 else True},
        supersede_after=supersede_after,
    )
    canceled = [line.removeprefix("send cancel to ") for line in done.steps("send")[2:]]
    assert canceled == passed_on
    assert done.outcome.status is Status.CANCELED
    assert done.seconds < supersede_after + 5


def test_an_operation_that_the_record_refuses_ends_without_touching_anything():
    done = delete(request={"predecessor": PREDECESSOR}, entity={"start_operation": False})
    assert done.lines == ["entity fraud-llm start_operation"]
    assert done.outcome == CANCELED


def test_a_cell_that_cannot_be_deleted_is_emptied():
    done = delete(
        {f"delete_resources {CHILDREN[1]}": After(10, failed("ScopeLocked"))},
        LEFT,
        empty={"begin_empty_gpu_pool": SUCCEEDED},
    )
    assert done.steps("call") == [
        "call begin_empty_gpu_pool westeurope",
        "call list_remaining_resources",
    ]
    assert done.steps("note")[-1] == "note cell/westeurope/gpuPoolToZero Succeeded"
    assert done.outcome.failure
    assert (done.outcome.failure.reason, end_of(done).phase) == ("ScopeLocked", Phase.FAILED)


def test_a_deletion_that_is_canceled_empties_what_it_leaves():
    done = delete(cancel_after=100, remaining=LEFT, empty={"begin_empty_gpu_pool": SUCCEEDED})
    assert done.steps("call") == [
        "call begin_empty_gpu_pool westeurope",
        "call begin_empty_gpu_pool swedencentral",
        "call list_remaining_resources",
    ]
    assert (done.outcome, end_of(done).phase) == (CANCELED, Phase.CANCELED)


def test_a_deletion_that_is_canceled_at_once_deletes_and_empties_nothing():
    done = delete(cancel_after=0.5, remaining=LEFT)
    assert done.steps("start") == []
    assert done.steps("call") == ["call list_remaining_resources"]
    assert done.outcome == CANCELED


def test_a_deletion_that_is_canceled_at_once_lists_what_remains_as_soon_as_azure_answers():
    throttled = failed("Throttled", retryable=True)
    done = delete(cancel_after=0.5, remaining=[throttled, LEFT])
    assert done.outcome == CANCELED
    assert end_of(done).remaining
    never = delete(cancel_after=0.5, remaining=throttled)
    assert [warning.code for warning in end_of(never).warnings] == ["RemainingResourcesUnknown"]
