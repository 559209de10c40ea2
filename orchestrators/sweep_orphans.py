"""The sweep's look at orphans: what Azure has of environments that have no record.

1. List Azure before the records: what is being created has a record by then.
2. Keep since when each orphan is known.
3. If the app is set to remove them, read the record once more, and begin to delete the resource
   groups whose grace period is over. The next sweep sees the end, or joins the deletion.
"""

from collections.abc import Mapping
from typing import Any

from durabletask.entities import EntityInstanceId

from domain.arm.failures import RESOURCE_NOT_OWNED
from domain.durable.names import ORPHANS_ENTITY, ActivityName, OrphansOperation
from domain.durable.sweep_inputs import OrphanRemoval
from domain.environment.phases import Phase
from domain.sweep.found import AzureListing
from domain.sweep.health import is_due
from domain.sweep.model import EnvironmentSweepState
from domain.sweep.orphan_notes import OrphanNotes, OrphansSeen
from domain.sweep.orphans import Orphan, Removal, describe_orphans, find_orphans
from orchestrators.activity_calls import call_activity
from orchestrators.environment_proxy import EnvironmentProxy
from orchestrators.operation_context import Steps
from orchestrators.sweep_snapshot import SweepContext


def look_at_orphans(
    sweep: SweepContext,
    listing: AzureListing,
    environments: Mapping[str, EnvironmentSweepState],
    *,
    act: bool,
) -> Steps[list[Orphan]]:
    """Nothing is an orphan by a list that failed, nor is it forgotten then."""
    if listing.unread:
        return []
    known = {name for name, found in environments.items() if _has_record(found)}
    resting = {
        name
        for name, found in environments.items()
        if found.wanted and is_due(found.wanted, listing.listed_at)
    }
    groups = find_orphans(listing, known, resting)
    seen = OrphansSeen(at=sweep.now, group_ids=tuple(each.group_id for each in groups))
    operation = OrphansOperation.NOTE if act else OrphansOperation.READ
    told: Any = yield sweep.context.call_entity(
        EntityInstanceId(ORPHANS_ENTITY, "all"), operation, seen.to_wire()
    )
    first_seen = OrphanNotes.from_wire(told).first_seen
    policy = listing.orphan_policy
    orphans = describe_orphans(groups, listing.pools, first_seen, policy, sweep.now)
    if not act:
        return orphans
    removed: list[Orphan] = []
    for orphan in orphans:
        due = orphan.removal is Removal.DUE
        removed.append((yield from _remove(sweep, orphan)) if due else orphan)
    return removed


def _remove(sweep: SweepContext, orphan: Orphan) -> Steps[Orphan]:
    state: Any = yield EnvironmentProxy(sweep.context, orphan.environment).get_sweep_state()
    if state and _has_record(EnvironmentSweepState.from_wire(state)):
        return orphan.model_copy(update={"removal": Removal.WAITING})
    value = OrphanRemoval(
        operation_id=sweep.ref.sweep_id, environment=orphan.environment, region=orphan.region
    )
    outcome = yield from call_activity(sweep, ActivityName.BEGIN_DELETE_ORPHAN, value.to_wire())
    removal = Removal.BEGUN
    if outcome.failure:
        foreign = outcome.failure.reason == RESOURCE_NOT_OWNED
        removal = Removal.NOT_OURS_ALONE if foreign else Removal.FAILED
    return orphan.model_copy(update={"removal": removal})


def _has_record(found: EnvironmentSweepState) -> bool:
    return found.state.phase is not Phase.DELETED
