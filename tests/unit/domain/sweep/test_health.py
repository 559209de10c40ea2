"""Each difference is one row: what was found, how healthy that is, and the codes for why."""

from collections.abc import Iterable
from typing import Any

import pytest

from domain.environment.health import Health, HealthStatus
from domain.environment.phases import Phase
from domain.placement.offers import Offer
from domain.sweep.found import (
    CLUSTERS,
    EDGE_KINDS,
    EDGES,
    AzureListing,
    FoundCluster,
    FoundPool,
    LookedUp,
    Presence,
    ResourceRef,
)
from domain.sweep.health import assess_health, is_due
from domain.sweep.health_facts import Found, ProbeAnswer
from domain.sweep.wanted import WantedEnvironment
from tests.unit.domain.sweep_models import NOW, ago

NAME, WEST, NORTH = "fraud-llm", "westeurope", "northeurope"
A100 = "Standard_NC24ads_A100_v4"
ANSWERS = ProbeAnswer(environment=NAME, status=200, detail="HTTP 200")
BUSY_EDGE = ProbeAnswer(environment=NAME, status=503, detail="HTTP 503")


def offers_in(*regions: str) -> tuple[Offer, ...]:
    return tuple(Offer(region=region, vm_size=A100, spot=False) for region in regions)


def wanted(**changes: Any) -> WantedEnvironment:
    return WantedEnvironment(
        **{
            "environment": NAME,
            "phase": Phase.READY,
            "offers": offers_in(WEST),
            "min_nodes": 0,
            "max_nodes": 5,
            "replicas": 1,
            "health_path": "/health",
            "host_name": "gp-fraud-llm.z01.azurefd.net",
            "sequence": 1,
            "settled_at": ago(60),
            **changes,
        }
    )


def pool(**changes: Any) -> FoundPool:
    return FoundPool(
        **{
            "vm_size": A100,
            "spot": False,
            "count": 1,
            "autoscaled": True,
            "max_count": 5,
            "state": "succeeded",
            **changes,
        }
    )


def cluster(region: str = WEST, **changes: Any) -> FoundCluster:
    return FoundCluster(
        **{
            "environment": NAME,
            "region": region,
            "cluster_id": f"/clusters/{region}",
            "state": "succeeded",
            "power_state": "running",
            "gpu_pool": pool(),
            **changes,
        }
    )


EMPTY = pool(count=0, autoscaled=False, max_count=0)
ASLEEP: dict[str, Any] = {"phase": Phase.SCALED_DOWN}


def edge_without(*kinds: str) -> tuple[ResourceRef, ...]:
    return tuple(ResourceRef(kind=k, environment=NAME) for k in EDGE_KINDS if k not in kinds)


def looked_up(kind: str, presence: Presence, region: str = "", reason: str = "") -> LookedUp:
    ref = ResourceRef(kind=kind, environment=NAME, region=region)
    resource_id = f"/{kind}{region and '/'}{region}"
    return LookedUp(ref=ref, resource_id=resource_id, presence=presence, reason=reason)


def assess(
    want: WantedEnvironment | None = None,
    clusters: Iterable[FoundCluster] = (cluster(),),
    edge: tuple[ResourceRef, ...] = edge_without(),
    known: Iterable[LookedUp] = (),
    probe: ProbeAnswer | None = ANSWERS,
    unread: dict[str, str] | None = None,
) -> Health:
    listing = AzureListing(
        listed_at=NOW, clusters=tuple(clusters), resources=edge, unread=unread or {}
    )
    found = Found.of(listing, known, [probe] if probe else [])
    return assess_health(want or wanted(), found, NOW)


def codes(health: Health) -> list[str]:
    return [finding.code for finding in health.findings]


GONE = looked_up("managedCluster", Presence.MISSING, WEST)
STOPPED = cluster(power_state="stopped")


@pytest.mark.parametrize(
    ("found", "status", "expected"),
    [
        pytest.param({}, "Healthy", [], id="as specified"),
        pytest.param(
            {"clusters": [cluster(state="upgrading", gpu_pool=pool(state="upgrading"))]},
            "Healthy",
            [],
            id="in its maintenance window",
        ),
        pytest.param(
            {"clusters": [], "known": [GONE]}, "Unreachable", ["ClusterMissing"], id="no cluster"
        ),
        pytest.param(
            {"clusters": [STOPPED]}, "Unreachable", ["ClusterStopped"], id="cluster stopped"
        ),
        pytest.param(
            {"clusters": [cluster(state="deleting")]},
            "Degraded",
            ["ClusterBeingDeleted"],
            id="cluster on its way out",
        ),
        pytest.param(
            {"clusters": [cluster(state="failed")]}, "Degraded", ["ClusterFailed"], id="failed"
        ),
        pytest.param(
            {"clusters": [cluster(gpu_pool=None)]}, "Degraded", ["GpuPoolMissing"], id="no pool"
        ),
        pytest.param(
            {"clusters": [cluster(gpu_pool=pool(power_state="stopped", count=0))]},
            "Degraded",
            ["GpuPoolStopped"],
            id="pool stopped",
        ),
        pytest.param(
            {"clusters": [cluster(gpu_pool=pool(state="failed"))]},
            "Degraded",
            ["GpuPoolFailed"],
            id="pool failed",
        ),
        pytest.param(
            {"clusters": [cluster(gpu_pool=pool(vm_size="Standard_NC4as_T4_v3"))]},
            "Degraded",
            ["GpuPoolReplaced"],
            id="other VM size",
        ),
        pytest.param(
            {"clusters": [cluster(gpu_pool=pool(vm_size=A100.upper()))]},
            "Healthy",
            [],
            id="the same VM size in other letters",
        ),
        pytest.param(
            {"clusters": [cluster(gpu_pool=pool(spot=True))]},
            "Degraded",
            ["GpuPoolReplaced"],
            id="other priority",
        ),
        pytest.param(
            {"clusters": [cluster(gpu_pool=pool(max_count=9))]},
            "Degraded",
            ["AutoscalerChanged"],
            id="other limits",
        ),
        pytest.param(
            {"clusters": [cluster(gpu_pool=pool(autoscaled=False, max_count=0))]},
            "Degraded",
            ["AutoscalerChanged"],
            id="autoscaler off",
        ),
        pytest.param(
            {"clusters": [cluster(gpu_pool=pool(count=0))]},
            "Degraded",
            ["GpuPoolEmpty"],
            id="no node for the replicas",
        ),
        pytest.param(
            {
                "want": wanted(replicas=0),
                "clusters": [cluster(gpu_pool=pool(count=0))],
                "probe": None,
            },
            "Healthy",
            [],
            id="no node, but no replicas either",
        ),
        pytest.param(
            {"clusters": [cluster(gpu_pool=pool(count=6))]},
            "Degraded",
            ["NodeCountOutOfRange"],
            id="too many nodes",
        ),
        pytest.param(
            {
                "want": wanted(min_nodes=2),
                "clusters": [cluster(gpu_pool=pool(min_count=2))],
            },
            "Degraded",
            ["NodeCountOutOfRange"],
            id="too few nodes",
        ),
        pytest.param(
            {"clusters": [cluster(gpu_pool=pool(count=5))]},
            "Healthy",
            [],
            id="as many nodes as there may be",
        ),
        pytest.param(
            {"want": wanted(min_nodes=1), "clusters": [cluster(gpu_pool=pool(min_count=1))]},
            "Healthy",
            [],
            id="as few nodes as there may be",
        ),
        pytest.param(
            {
                "want": wanted(min_nodes=1),
                "clusters": [cluster(gpu_pool=pool(min_count=1, count=0))],
            },
            "Degraded",
            ["GpuPoolEmpty"],
            id="no node at all is told once",
        ),
        pytest.param(
            {"clusters": [cluster(gpu_pool=pool(count=0, state="scaling", max_count=9))]},
            "Healthy",
            [],
            id="counts of a pool in motion prove nothing",
        ),
        pytest.param(
            {
                "edge": edge_without(*EDGE_KINDS),
                "known": [looked_up(kind, Presence.MISSING) for kind in EDGE_KINDS],
                "probe": BUSY_EDGE,
            },
            "Unreachable",
            ["EdgeProfileMissing"],
            id="no profile",
        ),
        pytest.param(
            {
                "edge": edge_without("endpoint"),
                "known": [looked_up("endpoint", Presence.MISSING)],
                "probe": BUSY_EDGE,
            },
            "Unreachable",
            ["EdgeEndpointMissing"],
            id="no endpoint",
        ),
        pytest.param(
            {
                "edge": edge_without("wafPolicy"),
                "known": [looked_up("wafPolicy", Presence.MISSING)],
            },
            "Degraded",
            ["WafPolicyMissing"],
            id="no firewall",
        ),
        pytest.param(
            {
                "edge": edge_without("endpoint"),
                "known": [looked_up("endpoint", Presence.PRESENT)],
            },
            "Healthy",
            [],
            id="not in the list, yet there",
        ),
        pytest.param(
            {"probe": BUSY_EDGE}, "Degraded", ["ModelNotAnswering"], id="the model is silent"
        ),
        pytest.param(
            {"probe": ProbeAnswer(environment=NAME, detail="no answer within 10 s")},
            "Degraded",
            ["ModelNotAnswering"],
            id="the model takes too long",
        ),
        pytest.param(
            {
                "clusters": [],
                "known": [looked_up("managedCluster", Presence.FOREIGN, WEST)],
            },
            "Degraded",
            ["ResourceNotOwned"],
            id="a cluster that lost its tags",
        ),
        pytest.param(
            {
                "edge": edge_without("profile"),
                "known": [looked_up("profile", Presence.FOREIGN)],
            },
            "Degraded",
            ["ResourceNotOwned"],
            id="a profile that lost its tags",
        ),
        pytest.param(
            {"want": wanted(**ASLEEP), "clusters": [cluster(gpu_pool=EMPTY)], "probe": None},
            "Healthy",
            [],
            id="asleep",
        ),
        pytest.param(
            {
                "want": wanted(**ASLEEP),
                "clusters": [cluster(gpu_pool=pool(autoscaled=False, max_count=0))],
                "probe": None,
            },
            "Degraded",
            ["NodesWhileScaledDown"],
            id="asleep with nodes",
        ),
        pytest.param(
            {
                "want": wanted(**ASLEEP),
                "clusters": [cluster(gpu_pool=pool(count=0))],
                "probe": None,
            },
            "Degraded",
            ["AutoscalerChanged"],
            id="asleep with the autoscaler on",
        ),
        pytest.param(
            {"want": wanted(phase=Phase.FAILED), "probe": BUSY_EDGE},
            "Degraded",
            ["ModelNotAnswering"],
            id="failed and silent",
        ),
        pytest.param(
            {"want": wanted(phase=Phase.FAILED)}, "Healthy", [], id="failed, yet it serves"
        ),
        pytest.param(
            {"want": wanted(offers=offers_in(WEST, NORTH)), "clusters": [STOPPED, cluster(NORTH)]},
            "Degraded",
            ["ClusterStopped"],
            id="one of two regions",
        ),
        pytest.param(
            {
                "want": wanted(offers=offers_in(WEST, NORTH)),
                "clusters": [STOPPED],
                "known": [looked_up("managedCluster", Presence.MISSING, NORTH)],
                "probe": BUSY_EDGE,
            },
            "Unreachable",
            ["ClusterStopped", "ClusterMissing", "ModelNotAnswering"],
            id="both regions",
        ),
        pytest.param(
            {"clusters": [], "unread": {CLUSTERS: "Throttled"}},
            "Unknown",
            ["LookFailed"],
            id="clusters could not be listed",
        ),
        pytest.param(
            {"edge": (), "unread": {EDGES: "Throttled"}},
            "Unknown",
            ["LookFailed"],
            id="edges could not be listed",
        ),
        pytest.param(
            {"clusters": [STOPPED], "edge": (), "unread": {EDGES: "Throttled"}},
            "Unknown",
            ["ClusterStopped", "LookFailed"],
            id="what was seen is told all the same",
        ),
        pytest.param({"clusters": []}, "Unknown", ["LookFailed"], id="neither listed nor read"),
        pytest.param(
            {
                "clusters": [],
                "known": [looked_up("managedCluster", Presence.UNREAD, WEST, "Forbidden")],
            },
            "Unknown",
            ["LookFailed"],
            id="not listed, and reading fails",
        ),
        pytest.param(
            {
                "clusters": [],
                "known": [looked_up("managedCluster", Presence.PRESENT, WEST)],
            },
            "Unknown",
            ["LookFailed"],
            id="there, but its settings are not listed yet",
        ),
        pytest.param({"probe": None}, "Unknown", ["LookFailed"], id="no request was sent"),
        pytest.param(
            {"probe": ProbeAnswer(environment=NAME, reached=False, detail="NoAnswer")},
            "Unknown",
            ["LookFailed"],
            id="no connection",
        ),
    ],
)
def test_health(found: dict[str, Any], status: str, expected: list[str]):
    health = assess(**found)
    assert (health.since, health.checked_at) == (NOW, NOW)
    assert (str(health.status), codes(health)) == (status, expected)
    assert all(f.what and f.cause and f.fix for f in health.findings)


def test_a_look_that_failed_says_which_and_why():
    health = assess(clusters=[], edge=(), unread={CLUSTERS: "Throttled", EDGES: "Forbidden"})
    assert [finding.evidence for finding in health.findings] == [
        {"look": "managedCluster", "reason": "Throttled"},
        {"look": "profile", "reason": "Forbidden"},
    ]


@pytest.mark.parametrize(
    ("known", "what", "reason"),
    [
        pytest.param([], WEST, "NotRead", id="neither listed nor read"),
        pytest.param(
            [looked_up("managedCluster", Presence.PRESENT, WEST)],
            f"/managedCluster/{WEST}",
            "NotListedYet",
            id="there, but not listed yet",
        ),
    ],
)
def test_a_cluster_that_could_not_be_judged_is_told_by_what_is_known_of_it(known, what, reason):
    (finding,) = assess(clusters=[], known=known).findings
    assert (finding.what, finding.evidence) == (what, {"look": "managedCluster", "reason": reason})


def test_nodes_of_a_sleeping_environment_are_counted():
    pools = [cluster(gpu_pool=pool(autoscaled=False, max_count=0, count=3))]
    (finding,) = assess(want=wanted(**ASLEEP), clusters=pools, probe=None).findings
    assert finding.evidence == {"count": 3}


def test_a_finding_says_what_was_wanted_and_what_was_found():
    health = assess(clusters=[cluster(gpu_pool=pool(max_count=9))])
    (finding,) = health.findings
    assert finding.what == f"/clusters/{WEST}/agentPools/gpu"
    assert finding.evidence == {
        "enableAutoScaling": True,
        "minCount": 0,
        "maxCount": 9,
        "wanted": {"enableAutoScaling": True, "minCount": 0, "maxCount": 5},
    }


def test_the_same_look_twice_is_no_difference():
    first = assess(probe=BUSY_EDGE)
    later = first.model_copy(update={"since": NOW, "checked_at": ago(-5)})
    assert not later.differs_from(first)
    assert assess().differs_from(first)
    assert Health().status is HealthStatus.UNKNOWN


@pytest.mark.parametrize(
    ("settled_at", "due"),
    [(ago(1), True), (ago(-1), False), (NOW, False), (None, False)],
    ids=["before the lists", "after them", "at the same moment", "in motion"],
)
def test_only_what_rested_before_azure_was_listed_is_judged(settled_at: Any, due: bool):
    assert is_due(wanted(settled_at=settled_at), NOW) is due


@pytest.mark.parametrize(
    ("listed", "suspects"),
    [
        pytest.param({}, [], id="everything is listed"),
        pytest.param({"clusters": ()}, ["managedCluster"], id="a cluster is not"),
        pytest.param({"resources": edge_without("endpoint")}, ["endpoint"], id="an endpoint"),
        pytest.param(
            {"clusters": (), "resources": (), "unread": {CLUSTERS: "x", EDGES: "x"}},
            [],
            id="a list that failed omits nothing",
        ),
    ],
)
def test_only_what_a_list_omits_is_read_by_its_id(listed: dict[str, Any], suspects: list[str]):
    values = {"clusters": (cluster(),), "resources": edge_without(), **listed}
    found = Found.of(AzureListing(listed_at=NOW, **values))
    assert [each.kind for each in found.suspects(wanted())] == suspects


@pytest.mark.parametrize(
    ("kind", "presence", "expected"),
    [
        ("origin", Presence.PRESENT, []),
        ("origin", Presence.MISSING, ["OriginMissing"]),
        ("privateLink", Presence.PRESENT, []),
        ("privateLink", Presence.MISSING, ["PrivateLinkNotConnected"]),
        ("privateLink", Presence.UNCONNECTED, ["PrivateLinkNotConnected"]),
    ],
)
def test_a_region_that_the_edge_does_not_reach_is_named(
    kind: str, presence: Presence, expected: list[str]
):
    both = wanted(offers=offers_in(WEST, NORTH), has_private_origins=True)
    health = assess(
        both,
        clusters=(cluster(WEST), cluster(NORTH)),
        known=[looked_up(kind, presence, NORTH)],
    )
    assert codes(health) == expected
    assert [each.what for each in health.findings] == [f"/{kind}/{NORTH}" for _ in expected]
    assert [each.evidence for each in health.findings] == [{"regions": [NORTH]} for _ in expected]
