"""Whatever happens to workers and hub, every orchestration ends with its one right answer."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from durabletask.internal import orchestrator_service_pb2 as pb
from google.protobuf.wrappers_pb2 import StringValue

from emulators.functions_host.functions import FunctionIndex
from emulators.functions_host.task_hub.instance_table import Instance
from emulators.tests.integration.task_hub import model_app
from emulators.tests.integration.task_hub.histories import check_history
from emulators.tests.integration.task_hub.unreliable_workers import SkewedLoop, UnreliableWorld

_MOST_STEPS_TO_THE_END = 1000
_MOST_WORKERS = 3
_STEPS = 40
_KINDS = sorted([*model_app.ANSWERS, "racing", "failing"])
_CHANCES = {
    "start": 4,
    "work": 12,
    "open_worker": 2,
    "kill_worker": 2,
    "answer_late": 2,
    "answer_twice": 2,
    "pass_time": 2,
    "restart_hub": 1,
    "raise_event": 3,
    "suspend": 1,
    "resume": 2,
    "terminate": 1,
}


class HubModel:
    """Does what its seed says to a hub, and knows what has to come of it."""

    def __init__(self, world: UnreliableWorld, seed: int) -> None:
        self.world = world
        self.started: dict[str, tuple[str, int]] = {}
        self.raised: dict[str, int] = {}
        self.terminated: set[str] = set()
        self._choice = Random(seed)
        # Few kinds at once, so that many of the same get into each other's way.
        self._kinds = [_KINDS[seed % len(_KINDS)], self._choice.choice(_KINDS)]

    def run(self) -> None:
        self.world.open_worker()
        self.start()
        names, chances = list(_CHANCES), list(_CHANCES.values())
        for name in self._choice.choices(names, chances, k=_STEPS):
            getattr(self, name)()
        self._work_to_the_end()
        self._check_all()

    def start(self) -> None:
        for _ in range(self._choice.randint(1, 3)):
            kind, value = self._choice.choice(self._kinds), self._choice.randint(1, 9)
            instance_id = f"{kind}-{len(self.started)}"
            self.started[instance_id] = (kind, value)
            request = pb.CreateInstanceRequest(
                instanceId=instance_id, name=kind, input=StringValue(value=json.dumps(value))
            )
            self.world.call("StartInstance", request)

    def work(self) -> None:
        """Answer some of what is in hand, not in the order in which it came."""
        for _ in range(self._choice.randint(1, 6)):
            in_hand = [item for one in self.world.workers for item in one.in_hand.values()]
            if in_hand:
                self.world.answer(self._choice.choice(in_hand))

    def open_worker(self) -> None:
        if len(self.world.workers) < _MOST_WORKERS:
            self.world.open_worker()

    def kill_worker(self) -> None:
        if self.world.workers:
            self.world.kill_worker(self._choice.choice(self.world.workers))

    def answer_late(self) -> None:
        if late := self.world.late:
            self.world.answer(late.pop(self._choice.randrange(len(late))))

    def answer_twice(self) -> None:
        if answered := self.world.answered:
            self.world.call(*self._choice.choice(answered[-5:]))

    def pass_time(self) -> None:
        """More than a minute is longer than the lease of a turn."""
        self.world.pass_time(self._choice.randint(1, 70))

    def restart_hub(self) -> None:
        self.world.restart_hub()

    def raise_event(self) -> None:
        if awaiting := [one for one in self._live() if self._lacks_event(one)]:
            self._raise_event(self._choice.choice(awaiting))

    def suspend(self) -> None:
        self._control_one("Suspend")

    def resume(self) -> None:
        self._control_one("Resume")

    def terminate(self) -> None:
        self.terminated.update(self._control_one("Terminate"))

    def _control_one(self, what: str) -> list[str]:
        chosen = self._choice.sample(self._live(), 1) if self._live() else []
        for instance_id in chosen:
            self._control(what, instance_id)
        return chosen

    def _work_to_the_end(self) -> None:
        for worker in list(self.world.workers):
            self.world.kill_worker(worker)
        for instance_id in self._live():
            self._control("Resume", instance_id)
            while self.started[instance_id][0] == "collecting" and self._lacks_event(instance_id):
                self._raise_event(instance_id)
        worker = self.world.open_worker()
        for _ in range(_MOST_STEPS_TO_THE_END):
            if in_hand := list(worker.in_hand.values()):
                self.world.answer(self._choice.choice(in_hand))
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


@pytest.fixture(scope="module")
def functions() -> FunctionIndex:
    return model_app.functions()


@pytest.fixture
def world(tmp_path: Path, functions: FunctionIndex) -> Iterator[UnreliableWorld]:
    loop = SkewedLoop()
    world = UnreliableWorld(loop, tmp_path / "hub.db", functions)
    # Thousands of lines about activities that fail on purpose take time and tell nothing.
    logging.disable()
    yield world
    logging.disable(logging.NOTSET)
    world.close()
    loop.close()


# The SDK's advice for typed apps; raised as an error it would fail orchestrations.
@pytest.mark.filterwarnings("ignore:azure.functions df_loads was called:DeprecationWarning")
@pytest.mark.parametrize("seed", range(2 * len(_KINDS)))
def test_every_orchestration_ends_with_the_right_answer(world: UnreliableWorld, seed: int) -> None:
    HubModel(world, seed).run()
