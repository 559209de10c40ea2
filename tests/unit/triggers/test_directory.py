"""Lists by the directory: rows find environments, records supply and judge them."""

from typing import Any, cast

import azure.functions as func
import pytest
from durabletask.client import EntityQuery
from durabletask.entities import EntityInstanceId, EntityMetadata

from domain.directory.row import DirectoryRow
from domain.directory.selection import Selection
from domain.directory.shard import ShardRows, read_rows, shard_key
from domain.durable.names import DIRECTORY_ENTITY, Orchestrator
from domain.durable.sweep_inputs import SweepInput
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord
from domain.environment.tombstones import bury
from tests.support.http_api import Api
from tests.support.markets import read_ample_market
from tests.support.specs import NOON, a_record, a_request, a_spec, minutes
from tests.support.sweep_hub import SweepHub
from triggers.directory import fill_directory, find_environments
from triggers.sweeping import start_sweep
from triggers.timer_sweep import run_sweep
from triggers.timer_wake import run_wake

NAMES = ("alpha", "bravo", "charlie", "delta", "echo")
TIMER = cast("func.TimerRequest", None)


class Hub(SweepHub):
    """Counts how often all records are read. What is set in `meanwhile` changes just then."""

    scans: int = 0
    meanwhile: EnvironmentRecord | None = None
    woken: Any = None

    async def get_all_entities(
        self, entity_query: EntityQuery | None = None
    ) -> list[EntityMetadata]:
        found = await super().get_all_entities(entity_query)
        if entity_query and entity_query.instance_id_starts_with == "@environment@":
            self.scans += 1
            if self.meanwhile:
                await self.change_record(self.meanwhile)
        return found

    async def schedule_new_orchestration(
        self, orchestrator: str, *, input: Any = None, instance_id: str | None = None
    ) -> str:
        if orchestrator == Orchestrator.WAKE_ON_REQUEST:
            self.woken = input
            return orchestrator
        return await super().schedule_new_orchestration(
            orchestrator, input=input, instance_id=instance_id
        )

    async def change_record(self, record: EnvironmentRecord) -> None:
        """With its news, as the entity sends them."""
        self.records[record.name] = record
        row = DirectoryRow.of(record)
        shard = EntityInstanceId(DIRECTORY_ENTITY, shard_key(row.name))
        await self.signal_entity(shard, "put", ShardRows.of(row).to_wire())


def a_record_of(name: str, phase: Phase = Phase.READY, revision: int = 7) -> EnvironmentRecord:
    spec = a_spec(name=name, idle={"wakeOnRequest": True})
    running = a_record(a_request(spec=spec))
    return running.model_copy(
        update={"phase": phase, "active_operation": None, "revision": revision}
    )


@pytest.fixture
def hub() -> Hub:
    return Hub(records={name: a_record_of(name) for name in NAMES})


@pytest.fixture
async def filled(hub: Hub) -> Hub:
    await fill_directory(hub, None, NOON)
    hub.scans = 0
    return hub


async def names(hub: Hub, query: str = "") -> list[str]:
    answer = await Api(hub).get(f"environments{query}")
    return [each["name"] for each in answer.json["value"]]


async def pages(hub: Hub, query: str) -> list[list[str]]:
    link: str | None = f"environments{query}"
    found: list[list[str]] = []
    while link:
        answer = await Api(hub).get(link)
        found.append([each["name"] for each in answer.json["value"]])
        link = answer.json.get("nextLink")
    return found


async def test_after_the_first_deployment_lists_scan_until_the_sweeps_timer_has_run(hub: Hub):
    await hub.change_record(a_record_of("born-since"))
    assert await names(hub) == ["alpha", "born-since", *NAMES[1:]]
    assert hub.scans == 1
    await run_sweep(TIMER, hub, read_ample_market, ())
    hub.scans = 0
    assert await names(hub) == ["alpha", "born-since", *NAMES[1:]]
    assert hub.scans == 0


async def test_the_directory_is_filled_once_a_day_and_by_each_build(hub: Hub):
    for build, after, scans in (("a", 0, 1), ("a", 5, 1), ("b", 10, 2), ("b", 24 * 60 + 10, 3)):
        await fill_directory(hub, build, NOON + minutes(after))
        assert hub.scans == scans


@pytest.mark.parametrize("meanwhile", [Phase.UPDATING, Phase.DELETED])
async def test_news_that_arrive_while_it_is_filled_stay(hub: Hub, meanwhile: Phase):
    hub.meanwhile = a_record_of("alpha", meanwhile, revision=8)
    await fill_directory(hub, None, NOON)
    hub.meanwhile = None
    known = {row.name: row.phase for row in read_rows(hub.shards.values())}
    assert known.get("alpha", Phase.DELETED) == meanwhile
    assert set(known) | {"alpha"} == set(NAMES)


async def test_filling_mends_what_was_missed_and_leaves_the_buried_out(hub: Hub):
    deleted = a_record_of("echo", Phase.DELETED)
    hub.records["echo"] = bury(deleted, deleted.updated_at + minutes(1))
    await fill_directory(hub, None, NOON)
    assert {name for shard in hub.shards.values() for name in shard.rows} == set(NAMES) - {"echo"}
    hub.records["missed"] = a_record_of("missed")
    assert "missed" not in await names(hub)
    await fill_directory(hub, "another build", NOON)
    assert "missed" in await names(hub)


async def test_a_filter_that_fits_no_row_reads_no_record(filled: Hub):
    filled.records.clear()
    assert await names(filled, "?costCenter=other") == []
    assert filled.scans == 0


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(None, id="without a record"),
        pytest.param(a_record_of("charlie", Phase.DELETED), id="deleted"),
        pytest.param(a_record_of("charlie", Phase.FAILED), id="failed"),
    ],
)
async def test_pages_are_judged_by_records_and_go_on_behind_what_they_left_out(
    filled: Hub, record: EnvironmentRecord | None
):
    filled.records["charlie"] = record
    found = await pages(filled, "?maxpagesize=1&phase=Ready")
    assert found == [["alpha"], ["bravo"], [], ["delta"], ["echo"]]
    assert await pages(filled, "?maxpagesize=3&phase=Ready") == [
        ["alpha", "bravo"],
        ["delta", "echo"],
    ]


async def test_what_is_deleted_while_pages_are_read_is_on_none_of_them(filled: Hub):
    first = await Api(filled).get("environments?maxpagesize=2")
    await filled.change_record(a_record_of("bravo", Phase.DELETED, revision=8))
    await filled.change_record(a_record_of("charlie", Phase.DELETED, revision=8))
    rest = await pages(filled, first.json["nextLink"].removeprefix("/environments"))
    assert rest == [["delta", "echo"]]


async def test_sweeps_and_looks_for_calls_read_only_the_records_that_they_need(filled: Hub):
    await filled.change_record(a_record_of("bravo", Phase.SCALED_DOWN, revision=8))
    await filled.change_record(a_record_of("delta", Phase.DELETED, revision=8))
    await run_wake(TIMER, filled)
    await start_sweep(filled, read_ample_market, (), dry_run=False)
    assert filled.woken == {"environments": ["bravo"], "dryRun": False}
    assert filled.input_of("sweep") == SweepInput(
        environments=("alpha", "bravo", "charlie", "echo")
    )
    assert filled.scans == 0


async def test_a_sweep_ends_operations_that_have_died(filled: Hub):
    await filled.change_record(a_record(a_request(spec=a_spec(name="dying"))))
    await start_sweep(filled, read_ample_market, (), dry_run=False)
    record = filled.records["dying"]
    assert record
    assert record.phase is Phase.FAILED


async def test_records_that_are_known_are_judged_and_not_read_again(filled: Hub):
    del filled.records["alpha"], filled.records["bravo"]
    known = [a_record_of("alpha"), a_record_of("bravo", Phase.DELETED)]
    found = await find_environments(filled)
    records, selected = await found.read(Selection(phases=[Phase.READY], size=3), known)
    assert [record.name for record in records] == ["alpha", "charlie"]
    assert selected.next_after == "charlie"
