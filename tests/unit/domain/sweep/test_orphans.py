"""What is an orphan, since when, and what becomes of it."""

from typing import Any

import pytest

from domain.sweep.decisions import decide_sweep
from domain.sweep.found import AzureListing, FoundCluster
from domain.sweep.groups import FoundGroup, OrphanPolicy, build_found_group
from domain.sweep.model import GpuPool
from domain.sweep.orphan_notes import OrphanNotes, OrphansSeen, note_orphans
from domain.sweep.orphans import Orphan, describe_orphans, find_orphans
from domain.sweep.summary import summarise_sweep
from tests.unit.domain.sweep_models import NOW, POLICY, ago, make_pool

WEST = "westeurope"
CLUSTER = (
    "/subscriptions/1/resourcegroups/gp-lost-westeurope/providers/"
    "Microsoft.ContainerService/managedClusters/gp-lost-westeurope"
)
CELL = FoundGroup(environment="lost", region=WEST, group_id="/groups/gp-lost-westeurope")
EDGE = FoundGroup(environment="lost", group_id="/groups/gp-lost-edge")
NODES = FoundGroup(
    environment="lost",
    region=WEST,
    group_id="/groups/gp-lost-westeurope-nodes",
    is_tagged=False,
)
HOURS = 60


def group(name: str, tags: dict[str, str] | None, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"/groups/{name}",
        "name": name,
        "location": WEST,
        **({"tags": tags} if tags is not None else {}),
        **changes,
    }


OURS = {"gridplane-environment": "lost"}


@pytest.mark.parametrize(
    ("listed", "found"),
    [
        pytest.param(group("gp-lost-westeurope", OURS), CELL, id="a cell"),
        pytest.param(group("gp-lost-edge", OURS), EDGE, id="an edge"),
        pytest.param(
            group("gp-lost-westeurope", OURS, location="West Europe"), CELL, id="a display name"
        ),
        pytest.param(
            group("gp-lost-westeurope", OURS, managedBy="/x/managedClusters/vision"),
            None,
            id="a group that something else manages",
        ),
        pytest.param(
            group("gp-lost-westeurope-nodes", None, managedBy=CLUSTER), NODES, id="its nodes"
        ),
        pytest.param(
            group("gp-lost-westeurope-nodes", OURS, managedBy=CLUSTER), NODES, id="with our tags"
        ),
        pytest.param(group("gp-lost-westeurope", None), None, id="our name without our tags"),
        pytest.param(group("lost", OURS), None, id="our tags without our name"),
        pytest.param(group("gp-other-edge", OURS), None, id="the tags of another one"),
        pytest.param(group("gp-lost-westeurope-nodes", OURS), None, id="nodes without a cluster"),
        pytest.param(
            group("MC_x", None, managedBy="/x/managedClusters/vision"), None, id="of others"
        ),
        pytest.param(
            group("vision-nodes", None, managedBy=CLUSTER), None, id="not the name that we gave"
        ),
    ],
)
def test_a_group_is_ours_by_its_name_and_its_marks(
    listed: dict[str, Any], found: FoundGroup | None
):
    assert build_found_group(listed) == found


def found_cluster() -> FoundCluster:
    return FoundCluster(
        environment="lost", region=WEST, cluster_id="/clusters/lost", state="succeeded"
    )


@pytest.mark.parametrize(
    ("listing", "known", "resting", "expected"),
    [
        pytest.param({"groups": (CELL, EDGE)}, [], [], [CELL, EDGE], id="no record"),
        pytest.param({"groups": (CELL, EDGE)}, ["lost"], ["lost"], [], id="with a record"),
        pytest.param({"groups": (NODES,)}, [], [], [NODES], id="nodes without a record"),
        pytest.param(
            {"groups": (NODES,)}, ["lost"], ["lost"], [NODES], id="nodes without a cluster"
        ),
        pytest.param(
            {"groups": (NODES,), "clusters": (found_cluster(),)},
            ["lost"],
            ["lost"],
            [],
            id="nodes of a cluster",
        ),
        pytest.param(
            {"groups": (NODES,)}, ["lost"], [], [], id="nodes of a cluster that is being built"
        ),
        pytest.param(
            {"groups": (CELL,), "unread": {"edges": "Throttled"}}, [], [], [], id="a list failed"
        ),
    ],
)
def test_an_orphan_has_no_record_or_no_cluster(
    listing: dict[str, Any], known: list[str], resting: list[str], expected: list[FoundGroup]
):
    assert find_orphans(AzureListing(listed_at=NOW, **listing), known, resting) == expected


def describe(
    found: FoundGroup, policy: OrphanPolicy, age_minutes: float = 0, *pools: GpuPool
) -> Orphan:
    seen = {found.group_id: ago(age_minutes)}
    (orphan,) = describe_orphans([found], pools, seen, policy, NOW)
    return orphan


@pytest.mark.parametrize(
    ("found", "policy", "age", "removal"),
    [
        (CELL, {}, 1000 * HOURS, "off"),
        (CELL, {"removal": True}, 0, "waiting"),
        (CELL, {"removal": True}, 24 * HOURS - 1, "waiting"),
        (CELL, {"removal": True}, 24 * HOURS, "due"),
        (CELL, {"removal": True, "grace_hours": 48}, 24 * HOURS, "waiting"),
        (NODES, {"removal": True}, 1000 * HOURS, "notOursAlone"),
    ],
)
def test_it_is_removed_only_after_a_grace_and_only_with_our_mark(
    found: FoundGroup, policy: dict[str, Any], age: float, removal: str
):
    assert describe(found, OrphanPolicy(**policy), age).removal == removal


def test_its_gpu_nodes_are_told_with_their_price():
    pool = make_pool(environment="lost", node_count=2, hourly_price=3.5)
    others = [
        make_pool(environment="lost", region="northeurope", hourly_price=9),
        make_pool(environment="lost", hourly_price=9, is_ours=False),
    ]
    orphan = describe(CELL, OrphanPolicy(), 0, pool, *others)
    assert (orphan.node_count, orphan.per_hour_usd) == (2, 7.0)
    rounded = pool.model_copy(update={"node_count": 1, "hourly_price": 1.23456})
    assert describe(CELL, OrphanPolicy(), 0, rounded).per_hour_usd == 1.235
    empty = pool.model_copy(update={"node_count": 0})
    assert describe(CELL, OrphanPolicy(), 0, empty).per_hour_usd == 0
    unpriced = describe(CELL, OrphanPolicy(), 0, pool.model_copy(update={"hourly_price": None}))
    assert (unpriced.node_count, unpriced.per_hour_usd) == (2, None)
    assert describe(EDGE, OrphanPolicy(), 0, pool).per_hour_usd == 0


def test_its_gpu_nodes_count_as_idle_cost():
    pool = make_pool(environment="lost", node_count=2, hourly_price=3.5)
    decisions = decide_sweep([pool], [], [], NOW, POLICY)
    assert [(d.action, d.reason) for d in decisions] == [("none", "EnvironmentUnknown")]
    assert summarise_sweep(decisions, [], ago(5), NOW).idle_per_hour_usd == 7.0


def test_since_when_it_is_known_is_kept_until_it_is_gone():
    first = note_orphans(OrphanNotes(), OrphansSeen(at=ago(60), group_ids=("a", "b")))
    second = note_orphans(first, OrphansSeen(at=ago(30), group_ids=("a", "c")))
    assert second.first_seen == {"a": ago(60), "c": ago(30)}
    again = note_orphans(second, OrphansSeen(at=NOW, group_ids=("a", "b", "c")))
    assert again.first_seen == {"a": ago(60), "b": NOW, "c": ago(30)}
