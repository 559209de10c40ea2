"""The timer of the purge starts one at a time."""

from typing import Any

import grpc
from durabletask.client import EntityQuery
from durabletask.entities import EntityMetadata

from domain.durable.names import Orchestrator
from tests.support.fake_hub import rpc_error
from triggers.timer_purge import run_purge


class Hub:
    """One orchestration at most."""

    def __init__(self) -> None:
        self.started: list[tuple[str, Any, str | None]] = []

    async def get_all_entities(self, entity_query: EntityQuery) -> list[EntityMetadata]:
        return []

    async def get_orchestration_state(self, instance_id: str) -> None:
        return None

    async def schedule_new_orchestration(
        self, orchestrator: str, *, input: Any, instance_id: str | None = None
    ) -> str:
        if self.started:
            raise rpc_error(grpc.StatusCode.ALREADY_EXISTS)
        self.started.append((orchestrator, input, instance_id))
        return "purge"


async def test_one_purge_runs_at_a_time():
    hub: Any = Hub()
    timer: Any = None
    await run_purge(timer, hub, 30, 365)
    await run_purge(timer, hub, 30, 365)
    assert hub.started == [(Orchestrator.PURGE_HISTORY, {"retentionDays": 30}, "purge")]
