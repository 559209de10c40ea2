"""The timer that looks for calls starts one look at a time, and none for nobody."""

from typing import Any

import grpc

from domain.durable.names import Orchestrator
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord
from tests.support.fake_hub import FakeHub, rpc_error
from tests.support.specs import a_record, a_request, a_spec
from triggers.timer_wake import run_wake

TIMER: Any = None


class Hub(FakeHub):
    """Runs one look at most."""

    started: list[tuple[str, Any, str | None]]

    async def schedule_new_orchestration(
        self, orchestrator: str, *, input: Any = None, instance_id: str | None = None
    ) -> str:
        if self.started:
            raise rpc_error(grpc.StatusCode.ALREADY_EXISTS)
        self.started.append((orchestrator, input, instance_id))
        return instance_id or ""


def a_hub(*records: EnvironmentRecord) -> Hub:
    hub = Hub(records={record.name: record for record in records})
    hub.started = []
    return hub


def a_record_of(
    name: str, phase: Phase = Phase.SCALED_DOWN, *, on_request: bool = True
) -> EnvironmentRecord:
    spec = a_spec(name=name, idle={"wakeOnRequest": on_request})
    record = a_record(a_request(spec=spec))
    return record.model_copy(update={"phase": phase, "active_operation": None})


async def test_those_that_sleep_until_they_are_called_are_looked_at_one_look_at_a_time():
    hub = a_hub(
        a_record_of("called"),
        a_record_of("awake", Phase.READY),
        a_record_of("waking", Phase.WAKING),
        a_record_of("sleeping", on_request=False),
        a_record_of("also-called"),
    )
    await run_wake(TIMER, hub)
    await run_wake(TIMER, hub)
    expected = {"environments": ["also-called", "called"], "dryRun": False}
    assert hub.started == [(Orchestrator.WAKE_ON_REQUEST, expected, "wake-on-request")]


async def test_where_nobody_sleeps_so_nothing_is_started():
    hub = a_hub(a_record_of("awake", Phase.READY))
    await run_wake(TIMER, hub)
    assert hub.started == []
