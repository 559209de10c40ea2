"""Runs rows side by side on one stack: each in an environment of its own.

1. Build what an update, a scale-down, a wake or a deletion needs.
2. Do by hand what rows say, set every row's faults and start its operation; wait until all have
   ended and settled.
3. Look at environments, operations and simulated Azure; one sweep counts the cost, looks at
   the health, and removes nodes on which nothing serves.
4. Remove the faults, send what each row's suggested action comes down to, and look again.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from emulators.stack.api import ENDED, Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.looks import Look
from tests.e2e.sweeps import sweep
from tests.faults.by_hand import create_foreign_group, delete_group
from tests.faults.capacity import give_room, return_machines, take_machines
from tests.faults.requests import RECOVERIES, STARTS, body_of, fill
from tests.faults.row import FaultRow, Recovery
from tests.faults.seen import Seen, count_gpu_nodes, ids_of, was_used_up

LONGEST_STAGE_SECONDS = 1200.0
LOOK_SECONDS = 1.0
SIGNALS_SECONDS = 10.0
AT_ONCE = 16
"""Operations: with many more than this, two cores fall behind simulated time, and deadlines are
missed that no fault has caused."""


@dataclass(slots=True)
class Matrix:
    """One run of the rows on a stack."""

    stack: Stack
    api: Api
    azure: SimulatedAzure
    rows: Sequence[FaultRow]
    fault_ids: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    begun_at: dict[str, float] = field(default_factory=dict[str, float])
    """By environment: when its operation was started, until its later faults are set."""

    def run(self) -> dict[str, Seen]:
        give_room(self.azure)
        self._prepare()
        operations = self._break()
        self._settle()
        seen = self._look(operations)
        self._sweep(seen)
        self._recover(seen)
        return seen

    def _prepare(self) -> None:
        for row in self.rows:
            for group in row.others:
                create_foreign_group(self._look_by_hand, fill(group, row))
        built = [row for row in self.rows if row.during is not OperationKind.PROVISION]
        self._run_all(built, OperationKind.PROVISION)
        asleep = [row for row in built if row.during is OperationKind.WAKE]
        self._run_all(asleep, OperationKind.SCALE_DOWN)

    def _break(self) -> dict[str, dict[str, Any]]:
        for row in self.rows:
            if row.by_hand:
                (cell,) = self._list()[row.name]["cells"]
                row.by_hand(self._look_by_hand, cell["clusterId"])
            take_machines(self.azure, row.shortages)
            self._set_faults(row, row.faults)
        return self._start_and_wait(self.rows, self._begin_broken, self._set_later_faults)

    def _begin_broken(self, row: FaultRow) -> tuple[int, dict[str, Any]]:
        self.begun_at[row.name] = time.monotonic()
        return self._send(row, *STARTS[row.during], body_of(row, broken=True))

    def _set_later_faults(self) -> None:
        for row in self.rows:
            begun_at = self.begun_at.get(row.name)
            seconds = row.later_minutes * 60 / self.stack.time_scale
            if row.later and begun_at and time.monotonic() - begun_at > seconds:
                del self.begun_at[row.name]
                self._set_faults(row, row.later)

    def _set_faults(self, row: FaultRow, faults: Sequence[Mapping[str, Any]]) -> None:
        self.fault_ids.setdefault(row.name, []).extend(
            self.azure.add_fault(json.loads(fill(json.dumps(fault), row))) for fault in faults
        )

    @property
    def _look_by_hand(self) -> Look:
        return Look(self.azure, self.stack)

    def _settle(self) -> None:
        minutes = max(row.settles_minutes for row in self.rows)
        time.sleep(minutes * 60 / self.stack.time_scale)

    def _look(self, operations: dict[str, dict[str, Any]]) -> dict[str, Seen]:
        state = self.azure.get_state()
        faults = {fault["id"]: fault for fault in self.azure.get_faults()}
        return {
            row.name: Seen(
                operation=operations[row.name],
                environment=self._find(row),
                gpu_nodes=count_gpu_nodes(state, row),
                left=ids_of(state, row),
                unused_faults=tuple(
                    each for each in self.fault_ids[row.name] if not was_used_up(faults[each])
                ),
            )
            for row in self.rows
        }

    def _sweep(self, seen: dict[str, Seen]) -> None:
        for decision in sweep(self.api)["decisions"]:
            if decision["environment"] in seen:
                seen[decision["environment"]].decision = decision
        health, state = self._read_health(), self.azure.get_state()
        for row in self.rows:
            seen[row.name].swept_gpu_nodes = count_gpu_nodes(state, row)
            seen[row.name].health = health.get(row.name, {})

    def _read_health(self) -> dict[str, dict[str, Any]]:
        """The sweep does not wait until the records have what it signals to them."""
        end = time.monotonic() + SIGNALS_SECONDS
        while True:
            health = {name: each["health"] for name, each in self._list().items()}
            is_known = all(each["status"] != "Unknown" for each in health.values())
            if is_known or time.monotonic() > end:
                return health
            time.sleep(LOOK_SECONDS)

    def _recover(self, seen: dict[str, Seen]) -> None:
        for fault_id in (each for ids in self.fault_ids.values() for each in ids):
            self.azure.delete(f"/_simulator/faults/{fault_id}").raise_for_status()
        for row in self.rows:
            if row.machines_return:
                return_machines(self.azure, row.shortages)
            for group in row.others:
                delete_group(self._look_by_hand, fill(group, row))
        stuck = [row for row in self.rows if row.recovery is not Recovery.NONE]
        recovered = self._start_and_wait(
            stuck, lambda row: self._send(row, *RECOVERIES[row.recovery], body_of(row))
        )
        for name, operation in recovered.items():
            seen[name].recovery = operation
        self._wake_sleepers()
        state = self.azure.get_state()
        for row in self.rows:
            self._look_again(row, seen[row.name], state)

    def _wake_sleepers(self) -> None:
        listed = self._list()
        asleep = [
            row for row in self.rows if listed.get(row.name, {}).get("phase") == Phase.SCALED_DOWN
        ]
        self._run_all(asleep, OperationKind.WAKE)

    def _look_again(self, row: FaultRow, seen: Seen, state: dict[str, Any]) -> None:
        seen.recovered = self._find(row)
        seen.recovered_left = ids_of(state, row)
        seen.recovered_gpu_nodes = count_gpu_nodes(state, row)
        if seen.recovered and seen.recovered["phase"] == Phase.READY:
            seen.model = self.azure.ask_model(seen.recovered, "Who pays?")

    def _run_all(self, rows: Sequence[FaultRow], kind: OperationKind) -> None:
        ended = self._start_and_wait(
            rows, lambda row: self._send(row, *STARTS[kind], body_of(row))
        )
        failed = {
            name: each.get("error")
            for name, each in ended.items()
            if each["status"] != "Succeeded"
        }
        assert not failed, json.dumps(failed, indent=2)

    def _start_and_wait(
        self,
        rows: Sequence[FaultRow],
        send: Callable[[FaultRow], tuple[int, dict[str, Any]]],
        at_each_look: Callable[[], None] = lambda: None,
    ) -> dict[str, dict[str, Any]]:
        """By environment: its operation once it has ended, or the error that refused it."""
        waiting, running, ended = list(rows), dict[str, str](), dict[str, dict[str, Any]]()
        end = time.monotonic() + LONGEST_STAGE_SECONDS
        while waiting or running:
            assert time.monotonic() < end, f"still running: {running}"
            while waiting and len(running) < AT_ONCE:
                row = waiting.pop(0)
                status, answer = send(row)
                if status == 202:
                    running[row.name] = answer["id"]
                else:
                    ended[row.name] = answer
            time.sleep(LOOK_SECONDS)
            at_each_look()
            ended |= self._find_ended(running)
        return ended

    def _find_ended(self, running: dict[str, str]) -> dict[str, dict[str, Any]]:
        """Removes from `running` what has ended, and returns it."""
        busy = {name for name, each in self._list().items() if "operationId" in each}
        found = {name: self.api.get_operation(running[name]) for name in running.keys() - busy}
        ended = {name: each for name, each in found.items() if each["status"] in ENDED}
        for name in ended:
            del running[name]
        return ended

    def _list(self) -> dict[str, dict[str, Any]]:
        """One request per page and look, however many environments are built."""
        found: dict[str, dict[str, Any]] = {}
        url: str | None = "/environments?maxpagesize=100"
        while url:
            page = self.api.get(url).raise_for_status().json()
            found |= {each["name"]: each for each in page["value"]}
            url = page.get("nextLink")
        return found

    def _find(self, row: FaultRow) -> dict[str, Any] | None:
        answer = self.api.get(f"/environments/{row.name}")
        return None if answer.status_code == 404 else answer.raise_for_status().json()

    def _send(
        self, row: FaultRow, method: str, path: str, body: dict[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        takes_body = path in {"/environments", "/environments/{name}"} and method != "DELETE"
        answer = self.api.request(method, fill(path, row), json=body if takes_body else None)
        return answer.status_code, answer.json()
