"""The product's own clients while Azure throttles them."""

from datetime import timedelta

from activities.begin_resource import begin_resource
from activities.poll_operation import poll_operation
from clients.factory import ClientFactory
from domain.arm.pacing import PollKind, decide_poll_delay
from domain.durable.inputs import OperationPoll
from domain.outcomes import Outcome, Status
from emulators.azure.process import RunningSimulator
from emulators.tests.support.simulator import Control
from tests.support.fake_hub import a_hub
from tests.support.payloads import a_resource


async def throttle(control: Control, tokens: int | None = None) -> None:
    await control.call("PUT", "/throttling", {"enabled": True, "tokens": tokens})


def pass_seconds(simulator: RunningSimulator, seconds: float) -> None:
    clock = simulator.simulator.clock
    clock.advance_to(clock.now() + timedelta(seconds=seconds))


async def begin(clients: ClientFactory, kind: str) -> Outcome:
    return await begin_resource(a_resource(kind, "westeurope"), clients, a_hub())


async def test_the_product_waits_until_azure_takes_requests_and_goes_on(
    clients: ClientFactory, control: Control, simulator: RunningSimulator
) -> None:
    """Every bucket is empty at first: each kind of request is refused once, reads and writes."""
    await control.call("PUT", "/clock", {"scale": 20})
    assert (await begin(clients, "resourceGroup")).is_success
    await throttle(control, tokens=0)
    reasons: list[str] = []
    begun = await begin(clients, "managedCluster")
    while begun.failure is not None:
        assert begun.is_worth_retrying
        reasons.append(begun.failure.reason)
        pass_seconds(simulator, 60)
        begun = await begin(clients, "managedCluster")
    assert set(reasons) == {"Throttled"}

    assert begun.handle is not None
    poll = OperationPoll(operation_id="fraud-llm.1", handle=begun.handle).to_wire()
    await throttle(control, tokens=0)
    outcome = await poll_operation(poll, clients)
    assert outcome.detail == "The last poll was answered with HTTP 429."
    assert outcome.retry_after_seconds == 1
    seconds = 0.0
    while outcome.status is Status.RUNNING:
        delay = decide_poll_delay(outcome.retry_after_seconds, PollKind.AKS)
        pass_seconds(simulator, delay)
        seconds += delay
        outcome = await poll_operation(poll, clients)
    assert outcome.is_success
    assert seconds > 200
