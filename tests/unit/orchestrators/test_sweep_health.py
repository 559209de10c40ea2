"""What a sweep asks to judge health, and what it tells the records."""

from datetime import timedelta
from typing import Any

import pytest

from domain.durable.sweep_inputs import ConfirmInput, EdgeQuestions, SweepInput, SweepReport
from domain.environment.gpu_usage import GpuNodes, RecordGpuNodes
from domain.environment.health import Finding, Health, HealthStatus, RecordHealth
from domain.environment.phases import Phase
from domain.outcomes import Outcome
from domain.placement.offers import list_offers
from domain.sweep.found import (
    EDGE_KINDS,
    FoundCluster,
    FoundPool,
    LookedUp,
    Presence,
    ResourceRef,
)
from domain.sweep.health_facts import ProbeAnswer
from domain.sweep.health_rule import REPAIR_IT
from domain.sweep.model import EnvironmentSweepState, SweepAction
from domain.sweep.wanted import WantedEnvironment
from orchestrators.sweep_idle_pools import sweep_idle_pools
from tests.support.engine import Run, run
from tests.support.payloads import QUOTA, REGION
from tests.support.specs import NOON, a_spec, minutes
from tests.support.sweeps import a_result, a_swept

A100 = "Standard_NC24ads_A100_v4"
HEALTHY = Health(status=HealthStatus.HEALTHY)
SILENT = Finding(
    code="ModelNotAnswering",
    what="https://one.z01.azurefd.net/health",
    evidence={"answer": "HTTP 503"},
    cause="The model does not answer through its edge: its pods, the Service, an origin, the "
    "route or the approval of a private link may be gone.",
    fix=REPAIR_IT,
)


def an_environment(name: str = "one", **changes: Any) -> EnvironmentSweepState:
    wanted = WantedEnvironment(
        **{
            "environment": name,
            "phase": Phase.READY,
            "offers": list_offers(a_spec(), REGION),
            "min_nodes": 0,
            "max_nodes": 5,
            "replicas": 1,
            "health_path": "/health",
            "host_name": f"{name}.z01.azurefd.net",
            "sequence": 3,
            "settled_at": NOON - minutes(60),
            **changes,
        }
    )
    return a_swept(name, phase=wanted.phase).model_copy(update={"wanted": wanted})


def a_cluster(name: str = "one") -> dict[str, Any]:
    pool = FoundPool(
        vm_size="Standard_NC24ads_A100_v4",
        spot=False,
        count=1,
        autoscaled=True,
        max_count=5,
        state="succeeded",
    )
    return FoundCluster(
        environment=name,
        region=REGION,
        cluster_id=f"/clusters/{name}",
        state="succeeded",
        gpu_pool=pool,
    ).to_wire()


def an_edge(name: str = "one") -> list[dict[str, Any]]:
    return [ResourceRef(kind=kind, environment=name).to_wire() for kind in EDGE_KINDS]


def answers(*statuses: tuple[str, int]) -> Outcome:
    found = [
        ProbeAnswer(environment=name, status=status, detail=f"HTTP {status}")
        for name, status in statuses
    ]
    return Outcome.succeeded(answers=[each.to_wire() for each in found])


def sweep(
    *environments: EnvironmentSweepState,
    clusters: Outcome | None = None,
    edges: Outcome | None = None,
    probes: Any = None,
    confirmed: Any = None,
    dry_run: bool = False,
    sweep_id: str = "sweep",
) -> Run:
    names = [each.state.environment for each in environments]
    listed = [a_cluster(name) for name in names]
    resources = [ref for name in names for ref in an_edge(name)]
    return run(
        sweep_idle_pools,
        SweepInput(environments=tuple(names), dry_run=dry_run).to_wire(),
        instance_id=sweep_id,
        activities={
            "list_gpu_pools": clusters or Outcome.succeeded(pools=[], clusters=listed),
            "list_resources": edges or Outcome.succeeded(resources=resources),
            "probe_edges": probes or answers(*((name, 200) for name in names)),
            "confirm_missing": confirmed or Outcome.succeeded(lookedUp=[]),
        },
        children={"sweep_environment": a_result("one", SweepAction.REPAIR)},
        entity={f"get_sweep_state {e.state.environment}": e.to_wire() for e in environments},
    )


def recorded(done: Run) -> list[tuple[str, list[str]]]:
    found = [
        RecordHealth.from_wire(value) for name, value in done.inputs if name.startswith("record_h")
    ]
    return [(str(n.health.status), [f.code for f in n.health.findings]) for n in found]


def health_of(done: Run) -> dict[str, int]:
    return SweepReport.from_wire(done.outcome.result).summary.health


def test_after_the_records_every_model_is_asked_once_and_the_record_is_told():
    done = sweep(an_environment())
    assert done.lines == [
        "call list_gpu_pools",
        "call list_resources",
        "entity one get_sweep_state",
        "status decisions",
        "call probe_edges",
        "tell one record_health Healthy",
        "entity all note",
    ]
    told = RecordHealth.from_wire(done.input_of("record_health one"))
    assert told.sequence == 3
    assert told.health.checked_at is not None
    assert health_of(done) == {"Healthy": 1}


def test_origins_that_no_request_proves_are_read():
    regions = ("westeurope", "northeurope")
    offers = tuple(list_offers(a_spec(), region)[0] for region in regions)
    both = an_environment(offers=offers, health=HEALTHY)
    gone = ResourceRef(kind="origin", environment="one", region="northeurope")
    missing = LookedUp(ref=gone, resource_id="/origins/northeurope", presence=Presence.MISSING)
    clusters = [{**a_cluster(), "region": region} for region in regions]
    done = sweep(
        both,
        clusters=Outcome.succeeded(pools=[], clusters=clusters),
        confirmed=Outcome.succeeded(lookedUp=[missing.to_wire()]),
    )
    asked = ConfirmInput.from_wire(done.input_of("confirm_missing")).refs
    assert gone in asked
    assert recorded(done) == [("Degraded", ["OriginMissing"])]


def test_a_record_that_says_so_already_is_told_nothing():
    done = sweep(an_environment(health=HEALTHY))
    assert done.steps("tell") == []
    assert health_of(done) == {"Healthy": 1}


def test_a_model_is_asked_a_second_time_before_it_counts_as_silent():
    done = sweep(
        an_environment(health=HEALTHY),
        an_environment("two", health=HEALTHY),
        probes=[answers(("one", 503), ("two", 200)), answers(("one", 200))],
    )
    assert done.steps("call probe", "timer", "tell") == [
        "call probe_edges",
        "timer 20 s",
        "call probe_edges",
    ]
    questions = [EdgeQuestions.from_wire(v) for n, v in done.inputs if n == "probe_edges"]
    assert [[each.environment for each in q.questions] for q in questions] == [
        ["one", "two"],
        ["one"],
    ]


def test_each_request_that_azure_counts_is_noted_as_our_own():
    unreached = ProbeAnswer(environment="two", reached=False, detail="no DNS").to_wire()
    first = answers(("one", 503)).result["answers"]
    done = sweep(
        an_environment(),
        an_environment("two"),
        probes=[
            Outcome.succeeded(answers=[*first, unreached]),
            Outcome.succeeded(answers=[*first, unreached]),
        ],
    )
    noted = [(name, value) for name, value in done.inputs if name.startswith("note_own")]
    assert noted == [
        ("note_own_request one", "2026-11-22T12:00:03+00:00"),
        ("note_own_request one", "2026-11-22T12:00:24+00:00"),
    ]


def test_a_model_that_is_silent_twice_is_degraded_and_reported():
    done = sweep(an_environment(health=HEALTHY), probes=answers(("one", 503)))
    assert recorded(done) == [("Degraded", ["ModelNotAnswering"])]
    (unhealthy,) = SweepReport.from_wire(done.outcome.result).summary.unhealthy
    assert (unhealthy.environment, unhealthy.findings) == ("one", ("ModelNotAnswering",))


def test_a_known_finding_is_not_told_again():
    known = Health(status=HealthStatus.DEGRADED, findings=(SILENT,))
    done = sweep(an_environment(health=known), probes=answers(("one", 503)))
    assert done.steps("tell") == []


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"phase": Phase.UPDATING, "settled_at": None}, id="in motion"),
        pytest.param({"settled_at": NOON + minutes(1)}, id="built after Azure was listed"),
    ],
)
def test_what_did_not_rest_is_not_looked_at(changes: dict[str, Any]):
    done = sweep(an_environment(**changes))
    assert done.steps("call probe", "call confirm", "tell") == []
    assert health_of(done) == {"Unknown": 1}


@pytest.mark.parametrize(
    "changes", [{"phase": Phase.SCALED_DOWN}, {"replicas": 0}, {"host_name": ""}]
)
def test_only_who_should_answer_is_asked(changes: dict[str, Any]):
    assert sweep(an_environment(**changes)).steps("call probe") == []


def test_many_models_are_asked_in_one_activity():
    names = [f"e{number:02}" for number in range(51)]
    done = sweep(*(an_environment(name, health=HEALTHY) for name in names))
    assert done.steps("call probe") == ["call probe_edges"] * 2
    assert done.steps("call confirm", "tell") == []


def test_what_a_list_omits_is_read_before_it_is_missing():
    ref = ResourceRef(kind="managedCluster", environment="one", region=REGION)
    gone = LookedUp(ref=ref, resource_id="/clusters/one", presence=Presence.MISSING)
    done = sweep(
        an_environment(),
        clusters=Outcome.succeeded(pools=[], clusters=[]),
        confirmed=Outcome.succeeded(lookedUp=[gone.to_wire()]),
        probes=answers(("one", 503)),
    )
    asked = ConfirmInput.from_wire(done.input_of("confirm_missing"))
    assert asked.refs == (ref,)
    assert recorded(done) == [("Unreachable", ["ClusterMissing", "ModelNotAnswering"])]


@pytest.mark.parametrize(
    "confirmed", [QUOTA, RuntimeError("boom")], ids=["a failure as a value", "a crash"]
)
def test_what_cannot_be_read_either_is_unknown(confirmed: Any):
    done = sweep(
        an_environment(health=HEALTHY),
        clusters=Outcome.succeeded(pools=[], clusters=[]),
        confirmed=confirmed,
    )
    assert recorded(done) == [("Unknown", ["LookFailed"])]


@pytest.mark.parametrize("probes", [QUOTA, RuntimeError("boom")])
def test_probes_that_fail_are_unknown_and_not_silence(probes: Any):
    done = sweep(an_environment(health=HEALTHY), probes=probes)
    assert recorded(done) == [("Unknown", ["LookFailed"])]


def test_edges_that_cannot_be_listed_are_unknown_and_the_sweep_goes_on():
    done = sweep(an_environment(health=HEALTHY), edges=QUOTA)
    assert done.steps("call probe", "call confirm") == []
    assert recorded(done) == [("Unknown", ["LookFailed"])]
    assert done.outcome.is_success


def test_clusters_that_cannot_be_listed_make_everything_unknown_before_the_sweep_fails():
    done = sweep(an_environment(health=HEALTHY), clusters=QUOTA)
    assert recorded(done) == [("Unknown", ["LookFailed", "LookFailed"])]
    assert done.outcome == QUOTA


def counted(name: str, *nodes: GpuNodes, **changes: Any) -> EnvironmentSweepState:
    """An environment whose record says this of its GPU nodes."""
    environment = an_environment(name, health=HEALTHY, **changes)
    return environment.model_copy(update={"gpu_nodes": {each.region: each for each in nodes}})


def test_the_record_is_told_of_gpu_nodes_only_when_their_number_changes():
    one = GpuNodes(region=REGION, at=NOON - minutes(5), nodes=1, vm_size=A100)
    none = one.model_copy(update={"nodes": 0})
    done = sweep(counted("one", one), counted("two", none), counted("three"))
    assert done.steps("tell") == [
        f"tell three record_gpu_nodes {REGION}:1",
        f"tell two record_gpu_nodes {REGION}:1",
    ]
    told = RecordGpuNodes.from_wire(done.input_of("record_gpu_nodes three"))
    assert told.seen == (one.model_copy(update={"at": NOON}),), "as of when Azure was listed"


def test_nodes_of_an_operation_that_runs_and_of_a_failure_are_told_as_well():
    running = counted("runs", phase=Phase.PROVISIONING, settled_at=None)
    failed = counted("failed", phase=Phase.FAILED)
    done = sweep(running, failed)
    assert done.steps("tell") == [
        f"tell failed record_gpu_nodes {REGION}:1",
        f"tell runs record_gpu_nodes {REGION}:1",
    ]


def test_a_cluster_that_is_gone_by_its_id_has_no_nodes_any_more():
    one = GpuNodes(region=REGION, at=NOON - minutes(5), nodes=1, vm_size=A100)
    ref = ResourceRef(kind="managedCluster", environment="one", region=REGION)
    gone = LookedUp(ref=ref, resource_id="/clusters/one", presence=Presence.MISSING)
    listed = Outcome.succeeded(pools=[], clusters=[])
    done = sweep(
        counted("one", one),
        clusters=listed,
        confirmed=Outcome.succeeded(lookedUp=[gone.to_wire()]),
    )
    assert f"tell one record_gpu_nodes {REGION}:0" in done.steps("tell")


def test_a_list_that_failed_says_nothing_of_nodes():
    one = GpuNodes(region=REGION, at=NOON - minutes(5), nodes=1, vm_size=A100)
    done = sweep(counted("one", one), clusters=QUOTA)
    assert done.steps("tell one record_gpu_nodes") == []


def test_a_dry_run_looks_and_records_nothing():
    done = sweep(an_environment(), counted("two"), dry_run=True)
    assert done.steps("tell") == []
    assert health_of(done) == {"Healthy": 2}


MANY = [f"env-{number:02}" for number in range(51)]


def test_what_is_read_by_its_id_in_several_activities_is_judged_together():
    missing = [
        LookedUp(
            ref=ResourceRef(kind="managedCluster", environment=name, region=REGION),
            resource_id=f"/clusters/{name}",
            presence=Presence.MISSING,
        ).to_wire()
        for name in MANY
    ]
    done = sweep(
        *(an_environment(name) for name in MANY),
        clusters=Outcome.succeeded(pools=[], clusters=[]),
        confirmed=[Outcome.succeeded(lookedUp=part) for part in (missing[:50], missing[50:])],
    )
    assert health_of(done) == {"Unreachable": 51}


def origins_of(done: Run) -> list[str]:
    asked = [value for name, value in done.inputs if name.startswith("confirm_missing")]
    return [ref["environment"] for value in asked for ref in value["refs"]]


def test_each_sweep_reads_other_origins():
    asleep = [an_environment(name, phase=Phase.SCALED_DOWN) for name in MANY]
    first, second = (origins_of(sweep(*asleep, sweep_id=name)) for name in ("one", "two"))
    assert len(first) == len(second) > 0
    assert first != second


def test_without_all_lists_no_origin_is_read():
    done = sweep(an_environment(phase=Phase.SCALED_DOWN), edges=QUOTA)
    assert origins_of(done) == []


def test_a_request_counts_when_the_edge_has_answered_it():
    at = NOON + timedelta(seconds=3.5)
    answer = ProbeAnswer(environment="one", status=200, answered_at=at)
    done = sweep(an_environment(), probes=Outcome.succeeded(answers=[answer.to_wire()]))
    assert [value for name, value in done.inputs if name == "note_own_request one"] == [
        at.isoformat()
    ]


@pytest.mark.parametrize(("ago", "repairs"), [(59, 0), (61, 1)])
def test_a_repair_is_left_an_hour_to_take_effect(ago: float, repairs: int):
    silent = an_environment(repairs=True, repaired_at=NOON - minutes(ago))
    done = sweep(silent, probes=answers(("one", 503)))
    assert len(done.steps("start sweep_environment sweep.one.repair")) == repairs
