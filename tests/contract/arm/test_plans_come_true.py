"""Whatever a plan grants simulated Azure provisions, and whatever it says would fail is refused
for the reason that the plan names.

Quota, limits, prices, restrictions, registrations and specifications are random.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from activities.begin_resource import begin_resource
from activities.poll_operation import poll_operation
from clients.factory import ClientFactory
from clients.market import MarketClient
from domain.arm.error_classification import classify_error
from domain.catalog.gpu_skus import find_gpu_sku
from domain.durable.inputs import OperationPoll, ResourceInput
from domain.guard.demand import REGIONAL_QUOTA, SPOT_QUOTA, SYSTEM_FAMILY
from domain.guard.plan import Plan, build_plan
from domain.guard.plan_check import PlanCheck, Verdict
from domain.guard.situation import Situation
from domain.guard.subscription import HOST_ENCRYPTION, PROVIDERS
from domain.outcomes import Outcome, Status
from domain.spec.model import EnvironmentSpec
from emulators.azure.compute.availability import Offer
from emulators.azure.kubernetes.addresses import LimitReached
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.network.usages import ADDRESSES, LOAD_BALANCERS
from emulators.azure.process import RunningSimulator
from tests.support.fake_hub import FakeHub
from tests.support.specs import a_record, a_request, a_spec

EXAMPLES = 200
REGION = "westeurope"
SIZES = (
    "Standard_NC4as_T4_v3",
    "Standard_NC24ads_A100_v4",
    "Standard_NV36ads_A10_v5",
    "Standard_ND96asr_v4",
)
ZONES = ("1", "2", "3")
REASONS: Mapping[str, str] = {
    "VmSizeRestricted": "SkuNotAvailable",
    "ZoneNotOffered": "SkuNotAvailable",
}
"""Codes of checks whose failure is named otherwise; most are the failure's own."""
QUOTAS = {REGIONAL_QUOTA: "RegionalQuotaExceeded", SPOT_QUOTA: "QuotaExceeded"}
"""Failures by the name of the quota; that of a family is `QuotaExceeded`."""
REFUSALS = {
    "FeatureNotRegistered",
    "FrontDoorQuotaExceeded",
    "ManagedClusterQuotaExceeded",
    "NetworkQuotaExceeded",
    "ProviderNotRegistered",
    "PublicIpQuotaExceeded",
    "QuotaExceeded",
    "RegionalQuotaExceeded",
    "SkuNotAvailable",
}
"""Each of them is among the examples."""


@dataclass(frozen=True, slots=True)
class World:
    """What simulated Azure grants; None leaves it as ample as it is."""

    family: int | None = None
    system_family: int | None = None
    regional: int | None = None
    spot: int | None = None
    clusters: int | None = None
    profiles: int | None = None
    addresses: int | None = None
    balancers: int | None = None
    restricted: bool = False
    closed_zones: tuple[str, ...] = ()
    missing_provider: str | None = None
    has_host_encryption: bool = True
    price: float = 1.0

    def apply(self, azure: RunningSimulator, vm_size: str) -> None:
        simulated = azure.simulator.azure
        machines, limits = simulated.clusters.machines, simulated.platform.limits
        sku = find_gpu_sku(vm_size)
        assert sku
        for name, vcpus in (
            (sku.family, self.family),
            (SYSTEM_FAMILY, self.system_family),
            (REGIONAL_QUOTA, self.regional),
            (SPOT_QUOTA, self.spot),
        ):
            if vcpus is not None:
                machines.quota.set_limit(REGION, name, vcpus)
        for name, count in ((ADDRESSES, self.addresses), (LOAD_BALANCERS, self.balancers)):
            if count is not None:
                simulated.network_usages.set_limit(REGION, name, count)
        limits.clusters_per_region = 100 if self.clusters is None else self.clusters
        limits.front_door_profiles = 500 if self.profiles is None else self.profiles
        offer = Offer(closed_zones=self.closed_zones, restricted=self.restricted)
        machines.availability.set(REGION, vm_size, offer)
        simulated.prices.set(REGION, vm_size, self.price, spot=False)
        simulated.prices.set(REGION, vm_size, self.price / 4, spot=True)
        if self.missing_provider:
            simulated.registrations.unregister(self.missing_provider)
        if not self.has_host_encryption:
            simulated.features.change(HOST_ENCRYPTION, register=False)


@st.composite
def specifications(draw: st.DrawFn) -> EnvironmentSpec:
    replicas = draw(st.integers(1, 3))
    most = replicas + draw(st.integers(0, 6))
    zones = draw(st.lists(st.sampled_from(ZONES), unique=True, max_size=2))
    gpu = {
        "vmSize": draw(st.sampled_from(SIZES)),
        "maxNodes": most,
        "spot": draw(st.booleans()),
        "zones": sorted(zones),
    }
    private = {"origin": "privateLink", "sku": "Premium_AzureFrontDoor"}
    workload = {
        "image": "registry.example.com/llm:1.4.2",
        "model": {"name": "llm", "version": "7"},
        "replicas": replicas,
    }
    edge = private if draw(st.booleans()) else {}
    return a_spec(regions=[REGION], gpu=gpu, workload=workload, edge=edge)


def scarce(most: int) -> st.SearchStrategy[int]:
    return st.integers(0, most)


@st.composite
def cases(draw: st.DrawFn) -> tuple[EnvironmentSpec, World]:
    """At most two things are scarce at once: a world without anything refuses everything."""
    spec = draw(specifications())
    sku = find_gpu_sku(spec.gpu.vm_size)
    assert sku
    gpu = 6 * sku.vcpus
    scarcities: dict[str, st.SearchStrategy[object]] = {
        "family": scarce(gpu),
        "system_family": scarce(16),
        "regional": scarce(gpu + 16),
        "spot": scarce(gpu),
        "clusters": scarce(1),
        "profiles": scarce(1),
        "addresses": scarce(3),
        "balancers": scarce(2),
        "restricted": st.booleans(),
        "closed_zones": st.lists(st.sampled_from(ZONES), unique=True).map(tuple),
        "missing_provider": st.sampled_from(PROVIDERS),
        "has_host_encryption": st.just(False),
    }
    names = draw(
        st.lists(st.sampled_from(sorted(scarcities)), unique=True, min_size=1, max_size=2)
    )
    price = draw(st.floats(0.1, 100.0).map(lambda each: round(each, 4)))
    return spec, replace(World(price=price), **{name: draw(scarcities[name]) for name in names})


@dataclass(slots=True)
class Seen:
    """What the examples were, so that none of it is true of nothing."""

    verdicts: Counter[Verdict] = field(default_factory=Counter[Verdict])
    refusals: Counter[str] = field(default_factory=Counter[str])


def a_market_client(clients: ClientFactory) -> MarketClient:
    """One that has read nothing yet."""
    return MarketClient(
        clients.compute, clients.retail_prices, clients.subscription, clients.registries
    )


async def make_plan(clients: ClientFactory, spec: EnvironmentSpec) -> Plan:
    market = a_market_client(clients)
    situation = Situation(
        {REGION: await market.region(REGION)}, subscription=await market.subscription()
    )
    return build_plan(spec, situation, datetime.now(UTC))


async def provision(
    azure: RunningSimulator, clients: ClientFactory, spec: EnvironmentSpec
) -> Outcome:
    """The first failure, or success once everything that can be refused is there."""
    hub = FakeHub()
    request = a_request(spec=spec)
    hub.add(a_record(request))
    steps = (
        ("resourceGroup", ""),
        ("profile", ""),
        ("wafPolicy", ""),
        ("resourceGroup", REGION),
        ("managedCluster", REGION),
    )
    for kind, region in steps:
        value = ResourceInput(
            operation_id=request.operation_id, environment=spec.name, kind=kind, region=region
        )
        outcome = await _build(azure, clients, hub, value)
        if not outcome.is_success:
            return outcome
    return _expose(azure, spec)


async def _build(
    azure: RunningSimulator, clients: ClientFactory, hub: FakeHub, value: ResourceInput
) -> Outcome:
    """Azure's time is put forward, in place of waiting."""
    outcome = await begin_resource(value.to_wire(), clients, hub)
    clock = azure.simulator.clock
    while outcome.status is Status.RUNNING and outcome.handle:
        clock.advance_to(clock.now() + timedelta(minutes=10))
        await clock.sleep(1)
        poll = OperationPoll(operation_id=value.operation_id, handle=outcome.handle)
        polled = await poll_operation(poll.to_wire(), clients)
        if polled.status is not Status.RUNNING:
            return polled
    return outcome


def _expose(azure: RunningSimulator, spec: EnvironmentSpec) -> Outcome:
    """What the cluster's controller does for the Service of the gateway."""
    simulated = azure.simulator.azure
    (cluster,) = (each.kubernetes for each in simulated.clusters.all())
    if spec.edge.has_private_origins:
        shortage = simulated.network_usages.find_balancer_shortage(REGION)
        return _refused("LoadBalancerCountLimitReached", shortage)
    assert isinstance(cluster, Cluster)
    try:
        simulated.addresses.allocate(REGION, cluster, "inference", spec.name)
    except LimitReached as reached:
        return _refused(reached.code, str(reached))
    return Outcome.succeeded()


def _refused(code: str, message: str | None) -> Outcome:
    if message is None:
        return Outcome.succeeded()
    return Outcome.failed(classify_error(None, code, message, "PUT managedCluster"))


def expected_reasons(plan: Plan) -> set[str]:
    """Of the failures that the plan names."""
    failed = [each for each in plan.checks if each.verdict is Verdict.FAIL]
    return {_reason_of(each) for each in failed}


def _reason_of(check: PlanCheck) -> str:
    if check.code == "QuotaExceeded":
        return QUOTAS.get(check.name or "", check.code)
    return REASONS.get(check.code, check.code)


@pytest.fixture(scope="module")
def seen() -> Iterator[Seen]:
    """Checked at the end: examples of every kind were among them."""
    seen = Seen()
    yield seen
    assert seen.verdicts.total() >= EXAMPLES
    assert seen.verdicts[Verdict.OK] >= EXAMPLES // 10
    assert seen.verdicts[Verdict.WARN]
    assert seen.refusals.total() == seen.verdicts[Verdict.FAIL] >= EXAMPLES // 4
    assert set(seen.refusals) == REFUSALS


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=(HealthCheck.function_scoped_fixture,),
)
@given(case=cases())
async def test_what_a_plan_says_comes_true(
    clients: ClientFactory,
    simulator: RunningSimulator,
    seen: Seen,
    case: tuple[EnvironmentSpec, World],
):
    spec, world = case
    await simulator.simulator.reset()
    world.apply(simulator, spec.gpu.vm_size)
    plan = await make_plan(clients, spec)
    outcome = await provision(simulator, clients, spec)
    seen.verdicts[plan.verdict] += 1
    if plan.verdict is not Verdict.FAIL:
        assert outcome.is_success, (plan.checks, outcome.failure)
    else:
        assert outcome.failure, plan.checks
        assert outcome.failure.reason in expected_reasons(plan), (plan.checks, outcome)
        seen.refusals[outcome.failure.reason] += 1
    (gpu,) = [each for each in plan.estimate.parts if each.sku == spec.gpu.vm_size]
    price = world.price / 4 if spec.gpu.spot else world.price
    assert gpu.usd_per_hour == pytest.approx(price)
