"""Sets and lifts faults, kills processes and breaks connections at the times of the plan."""

from collections import Counter

from tests.chaos.faults import FAULTS, SERVICE_BUS_FAULTS, Fault
from tests.chaos.plan import WINDOW_MINUTES, Kill, Plan, Process
from tests.chaos.world import World

CAPACITY = "/_simulator/capacity"
CONNECTIONS = "/_simulator/service-bus/connections"


class Disturbances:
    """What the run does to the stack."""

    def __init__(self, world: World, plan: Plan) -> None:
        self._world = world
        self._plan = plan
        self.injected: Counter[str] = Counter()
        self.kills: Counter[str] = Counter()

    def set_faults(self) -> None:
        """Each at its time, and off again at its end if that lies within the window."""
        moments = [(fault.at, "begin", fault) for fault in self._plan.faults]
        moments += [(fault.until, "end", fault) for fault in self._plan.faults]
        moments = [each for each in moments if each[0] < WINDOW_MINUTES]
        ids: dict[int, str] = {}
        for at, moment, fault in sorted(moments, key=lambda each: each[0]):
            self._world.wait_until(at)
            if self._world.is_over.is_set():
                return
            if moment == "begin":
                ids[id(fault)] = self._begin(fault)
            elif fault.path == FAULTS:
                self._end(fault, ids[id(fault)])

    def take_machines(self) -> None:
        """Away at the time of each shortage, and back at its end if that lies in the window."""
        moments = [(each.at, each, True) for each in self._plan.shortages]
        moments += [(each.until, each, False) for each in self._plan.shortages]
        moments = [each for each in moments if each[0] < WINDOW_MINUTES]
        for at, shortage, begins in sorted(moments, key=lambda each: each[0]):
            self._world.wait_until(at)
            if self._world.is_over.is_set():
                return
            body = shortage.body if begins else shortage.end_body
            self._world.azure.put(CAPACITY, json=body).raise_for_status()
            self.injected["no machines"] += begins
            self._world.note("machines gone" if begins else "machines back", str(body))

    def kill_processes(self) -> None:
        for kill in self._plan.kills:
            self._world.wait_until(kill.at)
            if self._world.is_over.is_set():
                return
            self._kill(kill)

    def break_connections(self) -> None:
        for at in self._plan.broken_connections:
            self._world.wait_until(at)
            if self._world.is_over.is_set():
                return
            self._world.azure.delete(CONNECTIONS).raise_for_status()
            self._world.note("connections broken", "Service Bus")

    def lift(self) -> None:
        for path in (FAULTS, SERVICE_BUS_FAULTS):
            self._world.azure.delete(path).raise_for_status()
        for shortage in self._plan.shortages:
            self._world.azure.put(CAPACITY, json=shortage.end_body).raise_for_status()
        self._world.note("faults lifted", "all")

    def _begin(self, fault: Fault) -> str:
        answer = self._world.azure.post(fault.path, json=fault.body)
        answer.raise_for_status()
        self.injected[fault.kind] += 1
        self._world.note("fault", f"{fault.kind}: {fault.body}", fault.environment)
        return answer.json()["id"]

    def _end(self, fault: Fault, fault_id: str) -> None:
        self._world.azure.delete(f"{FAULTS}/{fault_id}").raise_for_status()
        self._world.note("fault lifted", fault.kind, fault.environment)

    def _kill(self, kill: Kill) -> None:
        self._world.note("killed", kill.process)
        if kill.process is Process.HOST:
            self._world.stack.restart_app()
        else:
            self._world.stack.restart_task_hub()
        self.kills[kill.process] += 1
