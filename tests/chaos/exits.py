"""After the chaos: every environment can be brought back, and every one can be deleted."""

import uuid

from domain.environment.phases import UNSUCCESSFUL
from tests.chaos.doors import Doors
from tests.chaos.invariants import BUILDS, TROUBLED, has_drifted
from tests.chaos.plan import MISSING_IMAGE, SOUND_IMAGE, Door
from tests.chaos.snapshot import Snapshot
from tests.chaos.world import World


def recover_all(doors: Doors, settled: Snapshot) -> None:
    """Each by the request that its state asks for; what is as it should be is left alone."""
    for name, view in settled.environments.items():
        spec, latest = view["spec"], settled.operations_of(name)[-1]
        is_broken = view["phase"] in UNSUCCESSFUL
        is_troubled = view["health"]["status"] in TROUBLED
        if is_broken and latest.kind in BUILDS and spec["workload"]["image"] == MISSING_IMAGE:
            workload = {**spec["workload"], "image": SOUND_IMAGE}
            _send(doors, name, "update", {**spec, "workload": workload})
        elif has_drifted(settled, name) and (is_broken or is_troubled):
            _send(doors, name, "repair")
        elif is_broken:
            _send(doors, name, "retry")


def delete_all(world: World, doors: Doors) -> None:
    for name in world.environments:
        _send(doors, name, "delete")


def _send(doors: Doors, name: str, command: str, body: dict[str, object] | None = None) -> None:
    request_id = uuid.uuid5(uuid.NAMESPACE_URL, f"{name}/{command} at the end")
    doors.send(Door.REST, name, command, str(request_id), body)
