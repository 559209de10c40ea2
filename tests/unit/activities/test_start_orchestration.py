import json
from typing import Any, Literal

import grpc
import pytest

from activities.start_orchestration import start_orchestration
from domain.durable.sweep_inputs import OperationStart
from domain.environment.failures import operation_refused
from domain.environment.operation import OperationKind
from domain.environment.operation_request import OperationRequest
from domain.outcomes import Failure, Status
from tests.support.fake_hub import FakeHub, rpc_error
from tests.support.payloads import SUCCEEDED
from tests.support.specs import a_request

REQUEST = a_request(OperationKind.SCALE_DOWN, 2)
START = OperationStart(operation_id=REQUEST.operation_id, request=REQUEST).to_wire()


async def claim_nothing(hub: FakeHub, request: OperationRequest) -> Failure | None:
    return None


class BrokenHub(FakeHub):
    """Takes no new orchestrations in."""

    async def schedule_new_orchestration(
        self, orchestrator: str, *, input: Any = None, instance_id: str | None = None
    ) -> str:
        raise rpc_error(grpc.StatusCode.UNAVAILABLE)


class ForgetfulHub(FakeHub):
    """The blocking instance is purged before it can be read."""

    async def get_orchestration_state(
        self, instance_id: str, *, fetch_payloads: bool = True
    ) -> None:
        return None


async def test_the_operation_is_started_under_its_own_id_with_its_request():
    hub = FakeHub()
    assert await start_orchestration(START, hub, claim_nothing) == SUCCEEDED
    (instance,) = hub.instances.values()
    assert (instance.instance_id, instance.name) == ("fraud-llm.2", "scale_down_environment")
    assert json.loads(instance.serialized_input or "") == REQUEST.to_wire()


async def test_one_that_was_started_before_a_crash_is_ours_and_not_started_again():
    hub = FakeHub()
    await start_orchestration(START, hub, claim_nothing)
    before = dict(hub.instances)
    assert await start_orchestration(START, hub, claim_nothing) == SUCCEEDED
    assert hub.instances == before


@pytest.mark.parametrize("second_start", ["refuse", "discard"])
@pytest.mark.parametrize("hub_type", [FakeHub, ForgetfulHub])
async def test_what_somebody_else_started_first_is_not_ours(
    hub_type: type[FakeHub], second_start: Literal["refuse", "discard"]
):
    hub = hub_type(rivals=[a_request(OperationKind.DELETE, 2)], second_start=second_start)
    outcome = await start_orchestration(START, hub, claim_nothing)
    assert (outcome.status, outcome.is_worth_retrying) == (Status.FAILED, False)
    assert outcome.failure
    assert outcome.failure.reason == "OperationInProgress"
    assert "fraud-llm.2" in outcome.failure.message
    assert hub.instances["fraud-llm.2"].name == "delete_environment"


async def test_any_other_refusal_is_raised_for_the_engine_to_try_again():
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await start_orchestration(START, BrokenHub(), claim_nothing)
    assert raised.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_one_that_may_not_claim_what_it_needs_is_not_started():
    async def refuse(hub: FakeHub, request: OperationRequest) -> Failure | None:
        assert request == REQUEST
        return operation_refused("QuotaExceeded", "Nothing is left.")

    hub = FakeHub()
    outcome = await start_orchestration(START, hub, refuse)
    assert outcome.failure
    assert (outcome.failure.reason, hub.instances) == ("QuotaExceeded", {})


async def test_one_that_runs_already_claims_nothing_again():
    async def fail(hub: FakeHub, request: OperationRequest) -> Failure | None:
        raise AssertionError("its first run has claimed")

    hub = FakeHub()
    await start_orchestration(START, hub, claim_nothing)
    assert await start_orchestration(START, hub, fail) == SUCCEEDED
