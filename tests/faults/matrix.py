"""Runs all rows side by side on one stack: each in an environment of its own.

1. Build what an update, a scale-down, a wake or a deletion needs.
2. Set every row's faults and start its operation; wait until all have ended and settled.
3. Look at environments, operations and simulated Azure; one sweep counts the cost, looks at
   the health, and removes nodes on which nothing serves.
4. Remove the faults, send what each row's suggested action comes down to, and look again.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from emulators.stack.api import ENDED, Api, SimulatedAzure
from emulators.stack.kubeconfig import ARM_RESOURCE, fetch_token
from emulators.stack.stack import Stack
from tests.e2e.sweeps import sweep
from tests.faults.row import FaultRow, Recovery
from tests.faults.seen import Seen, count_gpu_nodes, ids_of, was_used_up
from tests.support.specs import spec_body

LONGEST_STAGE_SECONDS = 1200.0
LOOK_SECONDS = 1.0
SIGNALS_SECONDS = 10.0
AT_ONCE = 16
"""Operations: with many more than this, two cores fall behind simulated time, and deadlines are
missed that no fault has caused."""

VCPUS = 100_000
GROUPS_VERSION = "2025-04-01"
STARTS: dict[OperationKind, tuple[str, str]] = {
    OperationKind.PROVISION: ("POST", "/environments"),
    OperationKind.UPDATE: ("PUT", "/environments/{name}"),
    OperationKind.REPAIR: ("POST", "/environments/{name}/repair"),
    OperationKind.SCALE_DOWN: ("POST", "/environments/{name}/scale-down"),
    OperationKind.WAKE: ("POST", "/environments/{name}/wake"),
    OperationKind.DELETE: ("DELETE", "/environments/{name}"),
}
RECOVERIES: dict[Recovery, tuple[str, str]] = {
    Recovery.RETRY: ("POST", "/environments/{name}/retry"),
    Recovery.REPAIR: ("POST", "/environments/{name}/repair"),
    Recovery.CORRECT: ("PUT", "/environments/{name}"),
    Recovery.SCALE_DOWN: ("POST", "/environments/{name}/scale-down"),
    Recovery.WAKE: ("POST", "/environments/{name}/wake"),
    Recovery.DELETE: ("DELETE", "/environments/{name}"),
}


@dataclass(slots=True)
class Matrix:
    """One run of the rows on a stack."""

    stack: Stack
    api: Api
    azure: SimulatedAzure
    rows: Sequence[FaultRow]
    fault_ids: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def run(self) -> dict[str, Seen]:
        self._give_room()
        self._prepare()
        operations = self._break()
        self._settle()
        seen = self._look(operations)
        self._sweep(seen)
        self._recover(seen)
        return seen

    def _give_room(self) -> None:
        for quota in ("StandardNCADSA100v4Family", "standardDDSv5Family", "cores"):
            body = {"region": "westeurope", "name": quota, "limit": VCPUS}
            self.azure.put("/_simulator/quota", json=body).raise_for_status()

    def _prepare(self) -> None:
        for row in self.rows:
            for group in row.others:
                self._create_foreign_group(fill(group, row))
        built = [row for row in self.rows if row.during is not OperationKind.PROVISION]
        self._run_all(built, OperationKind.PROVISION)
        asleep = [row for row in built if row.during is OperationKind.WAKE]
        self._run_all(asleep, OperationKind.SCALE_DOWN)

    def _break(self) -> dict[str, dict[str, Any]]:
        for row in self.rows:
            self.fault_ids[row.name] = [
                self.azure.add_fault(json.loads(fill(json.dumps(fault), row)))
                for fault in row.faults
            ]
        return self._start_and_wait(
            self.rows, lambda row: self._send(row, *STARTS[row.during], body_of(row, broken=True))
        )

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
            for group in row.others:
                self._delete_group(fill(group, row))
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
        failed = [each for each in ended.values() if each["status"] != "Succeeded"]
        assert failed == []

    def _start_and_wait(
        self, rows: Sequence[FaultRow], send: Callable[[FaultRow], tuple[int, dict[str, Any]]]
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

    def _create_foreign_group(self, group: str) -> None:
        body = {"location": "westeurope", "tags": {"environment": "production"}}
        self._at_arm("PUT", group, body)

    def _delete_group(self, group: str) -> None:
        self._at_arm("DELETE", group, None)

    def _at_arm(self, method: str, group: str, body: dict[str, Any] | None) -> None:
        """As its owner does."""
        token = fetch_token(self.azure, self.stack.describe(), ARM_RESOURCE)
        subscription = self.stack.simulator["subscriptionId"]
        self.azure.request(
            method,
            f"/subscriptions/{subscription}/resourcegroups/{group}",
            json=body,
            params={"api-version": GROUPS_VERSION},
            headers={"Authorization": f"Bearer {token}"},
        ).raise_for_status()


def fill(text: str, row: FaultRow) -> str:
    return text.replace("{name}", row.name).replace("{plain}", row.name.replace("-", ""))


def body_of(row: FaultRow, *, broken: bool = False) -> dict[str, Any]:
    """The specification; for an update that meets the fault, with the row's change."""
    body = spec_body(name=row.name)
    if broken and row.during is OperationKind.UPDATE:
        return {**body, **row.change}
    return body
