"""What the app keeps of usages may be older than what happened since: a request is refused only by
usages that were read for it."""

import pytest

from domain.catalog.regions import DEFAULT_ALLOWED_REGIONS
from domain.environment.kept_pool import KeptPool
from domain.environment.phases import Phase
from domain.guard.market import RegionMarket
from domain.wire import format_time
from tests.support.fake_hub import FakeHub
from tests.support.http_api import Api
from tests.support.markets import A100_FAMILY, FakeMarkets, a_market, some_usages
from tests.support.specs import NOON, minutes, spec_body

WEST = "westeurope"
SHORT = {
    "quota": a_market(quota={A100_FAMILY: (1000, 1000)}),
    "clusters": a_market(clusters=some_usages(ManagedClusters=(100, 100))),
    "addresses": a_market(network=some_usages(StandardSkuPublicIpAddresses=(1000, 1000))),
}
KEPT = pytest.mark.parametrize("kept", SHORT.values(), ids=SHORT)


def deleted_since(kept: RegionMarket) -> FakeMarkets:
    return FakeMarkets(kept={WEST: kept})


def still_used(kept: RegionMarket) -> FakeMarkets:
    return FakeMarkets({WEST: kept}, kept={WEST: kept})


@KEPT
async def test_a_creation_has_the_room_that_a_deletion_gave_back(kept: RegionMarket):
    assert (
        await Api(FakeHub(), read_market=deleted_since(kept)).create(spec_body())
    ).status == 202
    assert (await Api(FakeHub(), read_market=still_used(kept)).create(spec_body())).status == 409


@KEPT
async def test_a_plan_has_the_room_that_a_deletion_gave_back(kept: RegionMarket):
    for market, verdict in ((deleted_since(kept), "ok"), (still_used(kept), "fail")):
        answer = await Api(FakeHub(), read_market=market).send("POST", "plans", spec_body())
        assert answer.json["verdict"] == verdict


@pytest.mark.parametrize(("make", "status"), [(deleted_since, 202), (still_used, 409)])
async def test_a_wake_has_the_room_that_another_scale_down_gave_back(make, status: int):
    hub = FakeHub()
    await Api(hub).create(spec_body())
    hub.finish("fraud-llm.1", Phase.READY)
    await Api(hub).post("environments/fraud-llm/scale-down")
    record = hub.finish("fraud-llm.2", Phase.SCALED_DOWN)
    pool = KeptPool(enable_auto_scaling=True, min_count=0, max_count=5, count=1, replicas=1)
    hub.records["fraud-llm"] = record.model_copy(update={"kept_pools": {WEST: pool}})
    answer = await Api(hub, read_market=make(SHORT["quota"])).post("environments/fraud-llm/wake")
    assert answer.status == status


SWEDEN = "swedencentral"
ONE_NODE = {"gpu": {"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": 1}}
FULL = {
    region: a_market(region, quota={A100_FAMILY: (0, 0)}) for region in DEFAULT_ALLOWED_REGIONS
}
ONE_LEFT = a_market(SWEDEN, quota={A100_FAMILY: (0, 24)})


async def find_other_regions(api: Api) -> set[str]:
    """Those that a plan proposes."""
    plan = (await api.send("POST", "plans", spec_body(name="other-llm", **ONE_NODE))).json
    found = plan["alternatives"]
    return {each["offer"]["region"] for each in found if each["differsIn"] == "regions"}


async def test_a_region_is_no_alternative_once_others_have_taken_its_room():
    kept = {SWEDEN: ONE_LEFT}
    free = FakeMarkets({**FULL, SWEDEN: ONE_LEFT}, kept)
    assert await find_other_regions(Api(FakeHub(), read_market=free)) == {SWEDEN}
    taken = FakeMarkets(FULL, kept)
    assert await find_other_regions(Api(FakeHub(), read_market=taken)) == set()


async def test_a_region_is_no_alternative_once_others_have_claimed_its_room():
    """Their operation is not yet on record, nor counted by Azure."""
    api = Api(FakeHub(), read_market=FakeMarkets({**FULL, SWEDEN: ONE_LEFT}))
    assert await find_other_regions(api) == {SWEDEN}
    assert (await api.create(spec_body(regions=[SWEDEN], **ONE_NODE))).status == 202
    assert await find_other_regions(api) == set()


async def test_offers_tell_when_their_quota_was_read():
    read_at = NOON - minutes(1)
    market = FakeMarkets({WEST: a_market(usages_read_at=read_at)})
    offers = (await Api(FakeHub(), read_market=market).get(f"offers?region={WEST}")).json
    assert offers["observedDateTime"] == format_time(read_at)
