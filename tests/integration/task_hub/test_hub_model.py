"""Whatever happens to workers and hub, every orchestration ends with its one right answer."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from durabletask.internal import orchestrator_service_pb2 as pb
from google.protobuf.wrappers_pb2 import StringValue
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from functions_host.functions import FunctionIndex
from functions_host.task_hub.instance_table import Instance
from tests.integration.task_hub import model_app
from tests.integration.task_hub.histories import check_history
from tests.integration.task_hub.unreliable_workers import SkewedLoop, UnreliableWorld

_MOST_STEPS_TO_THE_END = 1000
_MOST_WORKERS = 3
_WHICH = st.integers(0, 20)
_KINDS = sorted([*model_app.ANSWERS, "racing", "failing"])


class HubMachine(RuleBasedStateMachine):
    """The world of one example; `functions` and `loop` are shared by all of them."""

    functions: FunctionIndex
    loop: SkewedLoop

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.world = UnreliableWorld(self.loop, Path(self.folder.name) / "hub.db", self.functions)
        self.started: dict[str, tuple[str, int]] = {}
        self.raised: dict[str, int] = {}
        self.terminated: set[str] = set()
        self.kinds: list[str] = []
        self.newest_first = False

    @initialize(
        kinds=st.lists(st.sampled_from(_KINDS), min_size=1, max_size=2, unique=True),
        newest_first=st.booleans(),
    )
    def begin(self, kinds: list[str], newest_first: bool) -> None:
        """Few kinds at once, so that many of the same get into each other's way."""
        self.kinds = kinds
        self.newest_first = newest_first
        self.world.open_worker()

    @rule(which=_WHICH, values=st.lists(st.integers(1, 9), min_size=1, max_size=3))
    def start(self, which: int, values: list[int]) -> None:
        kind = self.kinds[which % len(self.kinds)]
        for value in values:
            instance_id = f"{kind}-{len(self.started)}"
            self.started[instance_id] = (kind, value)
            request = pb.CreateInstanceRequest(
                instanceId=instance_id, name=kind, input=StringValue(value=json.dumps(value))
            )
            self.world.call("StartInstance", request)

    @rule(which=_WHICH, times=st.integers(1, 6))
    def work(self, which: int, times: int) -> None:
        """Answer some of what is in hand, not in the order in which it came."""
        for _ in range(times):
            in_hand = [item for one in self.world.workers for item in one.in_hand.values()]
            if in_hand:
                self.world.answer(in_hand[which % len(in_hand)])

    @rule()
    def open_worker(self) -> None:
        if len(self.world.workers) < _MOST_WORKERS:
            self.world.open_worker()

    @rule(which=_WHICH)
    def kill_worker(self, which: int) -> None:
        if workers := self.world.workers:
            self.world.kill_worker(workers[which % len(workers)])

    @rule(which=_WHICH)
    def answer_late(self, which: int) -> None:
        if late := self.world.late:
            self.world.answer(late.pop(which % len(late)))

    @rule(which=_WHICH)
    def answer_twice(self, which: int) -> None:
        if answered := self.world.answered:
            self.world.call(*answered[-1 - which % len(answered)])

    @rule(seconds=st.integers(1, 70))
    def pass_time(self, seconds: int) -> None:
        """More than a minute is longer than the lease of a turn."""
        self.world.pass_time(seconds)

    @rule()
    def restart_hub(self) -> None:
        self.world.restart_hub()

    @rule(which=_WHICH)
    def raise_event(self, which: int) -> None:
        if awaiting := [one for one in self._live() if self._lacks_event(one)]:
            self._raise_event(awaiting[which % len(awaiting)])

    @rule(which=_WHICH, what=st.sampled_from(("Suspend", "Resume", "Resume")))
    def pause(self, which: int, what: str) -> None:
        if live := self._live():
            self._control(what, live[which % len(live)])

    @rule(which=_WHICH)
    def terminate(self, which: int) -> None:
        if live := self._live():
            instance_id = live[which % len(live)]
            self.terminated.add(instance_id)
            self._control("Terminate", instance_id)

    def teardown(self) -> None:
        try:
            self._work_to_the_end()
            self._check_all()
        finally:
            self.world.close()
            self.folder.cleanup()

    def _work_to_the_end(self) -> None:
        for worker in list(self.world.workers):
            self.world.kill_worker(worker)
        for instance_id in self._live():
            self._control("Resume", instance_id)
            while self.started[instance_id][0] == "collecting" and self._lacks_event(instance_id):
                self._raise_event(instance_id)
        worker = self.world.open_worker()
        for _ in range(_MOST_STEPS_TO_THE_END):
            if worker.in_hand:
                self.world.answer(list(worker.in_hand.values())[-1 if self.newest_first else 0])
            elif (due_at := self.world.hub.store.schedule.earliest()) is not None:
                now = self.world.clock.microseconds()
                self.world.pass_time(timedelta(microseconds=due_at - now).total_seconds())
            else:
                return
        raise AssertionError("There is work without an end.")

    def _check_all(self) -> None:
        store = self.world.hub.store
        everything = store.instances.select("1", (), -1)
        for instance in everything:
            assert instance.is_finished, instance
            check_history(store.instances.history(instance.instance_id).events, finished=True)
            if instance.instance_id in self.started:
                self._check_answer(instance)
        self._check_entities(everything)
        assert not store.inbox.targets()
        assert not store.activities.positions()
        assert store.schedule.earliest() is None

    def _check_answer(self, instance: Instance) -> None:
        kind, value = self.started[instance.instance_id]
        if instance.instance_id in self.terminated:
            assert instance.status == pb.ORCHESTRATION_STATUS_TERMINATED
            return
        if kind == "failing":
            assert instance.status == pb.ORCHESTRATION_STATUS_FAILED
            return
        assert instance.status == pb.ORCHESTRATION_STATUS_COMPLETED, instance
        output = json.loads(instance.output or "null")
        if kind == "racing":
            winners = ["event", "timer"] if instance.instance_id in self.raised else ["timer"]
            assert output in [[winner, value + 1] for winner in winners]
        else:
            assert output == model_app.ANSWERS[kind](value)

    def _check_entities(self, everything: list[Instance]) -> None:
        """Each operation counts exactly once; only what was terminated may be in the middle."""
        least = most = unsettled = 0
        for instance in everything:
            started = self.world.hub.store.instances.started(instance.instance_id)
            ended_well = instance.status == pb.ORCHESTRATION_STATUS_COMPLETED
            if started.name == "counting":
                most += json.loads(started.input.value) + 1
                least += json.loads(started.input.value) + 1 if ended_well else 0
            if started.name == "transferring" and not ended_well:
                unsettled += json.loads(started.input.value)
        assert least <= self._total(model_app.TALLY) <= most
        assert abs(sum(self._total(account) for account in model_app.ACCOUNTS)) <= unsettled
        assert not self.world.hub.store.entities.select("lock_id IS NOT NULL", (), -1)

    def _total(self, entity_id: object) -> int:
        entity = self.world.hub.store.entities.get(str(entity_id))
        return json.loads(entity.state or "0") if entity else 0

    def _live(self) -> list[str]:
        is_live = self.world.hub.store.instances.is_live
        return [instance_id for instance_id in self.started if is_live(instance_id, None)]

    def _lacks_event(self, instance_id: str) -> bool:
        most = {"racing": 1, "collecting": model_app.EVENTS}.get(self.started[instance_id][0], 0)
        return self.raised.get(instance_id, 0) < most

    def _raise_event(self, instance_id: str) -> None:
        number = self.raised.get(instance_id, 0)
        self.raised[instance_id] = number + 1
        request = pb.RaiseEventRequest(
            instanceId=instance_id, name="go", input=StringValue(value=str(number))
        )
        self.world.call("RaiseEvent", request)

    def _control(self, what: str, instance_id: str) -> None:
        self.world.call(f"{what}Instance", getattr(pb, f"{what}Request")(instanceId=instance_id))


@pytest.fixture
def loop() -> Iterator[SkewedLoop]:
    loop = SkewedLoop()
    # Thousands of lines about activities that fail on purpose take time and tell nothing.
    logging.disable()
    yield loop
    logging.disable(logging.NOTSET)
    loop.close()


# The SDK's advice for typed apps; raised as an error it would fail orchestrations.
@pytest.mark.filterwarnings("ignore:azure.functions df_loads was called:DeprecationWarning")
def test_every_orchestration_ends_with_the_right_answer(loop: SkewedLoop) -> None:
    class Machine(HubMachine):
        pass

    Machine.functions = model_app.functions()
    Machine.loop = loop
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=40,
            stateful_step_count=20,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
