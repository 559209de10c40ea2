"""What a sweep does about resource groups that have no environment."""

from datetime import datetime
from typing import Any

import pytest
from azure.durable_functions.testing import execute_entity

from domain.durable.sweep_inputs import OrphanRemoval, SweepInput, SweepReport
from domain.environment.phases import Phase
from domain.outcomes import Outcome
from domain.sweep.groups import FoundGroup
from domain.sweep.orphan_notes import OrphanNotes, OrphansSeen
from domain.sweep.orphans import Orphan
from domain.sweep.wanted import read_wanted
from orchestrators.orphans_entity import orphans
from orchestrators.sweep_idle_pools import sweep_idle_pools
from tests.support.engine import Run, run
from tests.support.payloads import QUOTA, REGION, failed
from tests.support.specs import NOON, a_record, a_request, a_spec, minutes
from tests.support.sweeps import a_gpu_pool, a_swept

GROUP_ID = "/groups/gp-lost-westeurope"
GROUP = FoundGroup(environment="lost", region=REGION, group_id=GROUP_ID)
REMOVE = {"removal": True, "graceHours": 24}
LONG_AGO = OrphanNotes(first_seen={GROUP_ID: NOON - minutes(25 * 60)})
NEW = OrphanNotes(first_seen={GROUP_ID: NOON})
ACCEPTED = Outcome.running(None)


def sweep(
    *,
    notes: OrphanNotes = LONG_AGO,
    policy: dict[str, Any] | None = None,
    record: Any = None,
    edges: Outcome | None = None,
    deleted: Any = ACCEPTED,
    dry_run: bool = False,
    group: FoundGroup = GROUP,
) -> Run:
    listed = {"resources": [], "groups": [group.to_wire()], "orphanPolicy": policy or {}}
    pool = a_gpu_pool("lost", node_count=1)
    return run(
        sweep_idle_pools,
        SweepInput(dry_run=dry_run).to_wire(),
        instance_id="sweep",
        activities={
            "list_gpu_pools": Outcome.succeeded(pools=[pool.to_wire()]),
            "list_resources": edges or Outcome.succeeded(**listed),
            "begin_delete_orphan": deleted,
            "confirm_missing": Outcome.succeeded(lookedUp=[]),
            "get_usage": Outcome.succeeded(usage=[]),
        },
        entity={
            "get_sweep_state": record,
            "note": notes.to_wire(),
            "read": notes.to_wire(),
        },
    )


def found(done: Run) -> tuple[Orphan, ...]:
    return SweepReport.from_wire(done.outcome.result).summary.orphans


def test_an_orphan_is_reported_and_kept_in_mind():
    done = sweep(notes=NEW)
    (orphan,) = found(done)
    assert (orphan.environment, orphan.removal) == ("lost", "off")
    assert (orphan.node_count, orphan.per_hour_usd) == (1, 3.5)
    noted = OrphansSeen.from_wire(done.input_of("note all"))
    assert noted.group_ids == (GROUP_ID,)
    assert done.steps("call begin_delete", "start") == []


@pytest.mark.parametrize(
    ("notes", "policy", "removal"),
    [(LONG_AGO, {}, "off"), (NEW, REMOVE, "waiting")],
    ids=["not set to remove", "in its grace period"],
)
def test_it_is_not_removed_otherwise(notes: OrphanNotes, policy: dict[str, Any], removal: str):
    done = sweep(notes=notes, policy=policy)
    assert [str(each.removal) for each in found(done)] == [removal]
    assert done.steps("call begin_delete") == []


def test_after_its_grace_its_record_is_read_once_more_before_it_is_removed():
    done = sweep(policy=REMOVE)
    assert done.lines[-4:] == [
        "status decisions",
        "entity all note",
        "entity lost get_sweep_state",
        "call begin_delete_orphan westeurope",
    ]
    asked = OrphanRemoval.from_wire(done.input_of("begin_delete_orphan"))
    assert (asked.environment, asked.region) == ("lost", REGION)
    assert [str(each.removal) for each in found(done)] == ["begun"]


def test_one_that_got_a_record_meanwhile_is_spared():
    done = sweep(policy=REMOVE, record=[None, a_swept("lost").to_wire()])
    assert done.steps("call begin_delete") == []
    assert [str(each.removal) for each in found(done)] == ["waiting"]


def test_what_came_back_after_its_environment_was_deleted_is_an_orphan():
    deleted = a_swept("lost", phase=Phase.DELETED).to_wire()
    assert [each.environment for each in found(sweep(record=deleted))] == ["lost"]


@pytest.mark.parametrize(
    ("settled_at", "orphans"), [(NOON - minutes(60), ["lost"]), (NOON + minutes(1), [])]
)
def test_nodes_without_a_cluster_are_orphans_of_an_environment_that_rests(
    settled_at: datetime, orphans: list[str]
):
    record = a_record(a_request(spec=a_spec(name="lost")))
    wanted = read_wanted(record).model_copy(update={"settled_at": settled_at})
    swept = a_swept("lost").model_copy(update={"wanted": wanted})
    done = sweep(record=swept.to_wire(), group=GROUP.model_copy(update={"is_tagged": False}))
    assert [each.environment for each in found(done)] == orphans


@pytest.mark.parametrize("phase", [Phase.PROVISIONING, Phase.DELETING, Phase.FAILED])
def test_what_an_environment_has_is_no_orphan_whatever_its_phase(phase: Phase):
    assert found(sweep(record=a_swept("lost", phase=phase).to_wire())) == ()


@pytest.mark.parametrize(
    ("outcome", "removal"),
    [
        (failed("ResourceNotOwned"), "notOursAlone"),
        (QUOTA, "failed"),
        (RuntimeError("boom"), "failed"),
        (Outcome.succeeded(), "begun"),
    ],
    ids=["of others", "refused", "a crash", "gone already"],
)
def test_a_removal_that_is_refused_is_told(outcome: Any, removal: str):
    done = sweep(policy=REMOVE, deleted=outcome)
    assert [str(each.removal) for each in found(done)] == [removal]


def test_a_dry_run_removes_and_keeps_nothing():
    done = sweep(policy=REMOVE, dry_run=True)
    assert done.steps("entity all") == ["entity all read"]
    assert done.steps("call begin_delete") == []
    assert [str(each.removal) for each in found(done)] == ["due"]


def test_a_list_that_failed_makes_no_orphan_and_forgets_none():
    done = sweep(edges=QUOTA)
    assert found(done) == ()
    assert done.steps("entity all") == []


def tell(operation: str, state: Any = None) -> Any:
    seen = OrphansSeen(at=NOON, group_ids=(GROUP_ID,)).to_wire()
    return execute_entity(orphans, operation, seen, state, entity_key="all")


def test_the_entity_keeps_what_a_sweep_notes_and_not_what_a_dry_run_reads():
    noted = tell("note")
    assert OrphanNotes.from_wire(noted.get_result()) == NEW
    assert OrphanNotes.from_wire(noted.get_state()) == NEW
    known = tell("note", LONG_AGO.to_wire())
    assert OrphanNotes.from_wire(known.get_result()) == LONG_AGO
    read = tell("read")
    assert (OrphanNotes.from_wire(read.get_result()), read.get_state()) == (NEW, None)
