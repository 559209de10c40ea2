"""Plans are kept until they expire, and no longer."""

from activities.forget_plans import forget_plans
from domain.durable.inputs import PurgeInput
from domain.guard.plan import PLAN_LIFETIME, build_plan, store
from domain.guard.situation import Situation
from domain.outcomes import Outcome
from tests.support.fake_hub import FakeHub
from tests.support.markets import a_market
from tests.support.specs import NOON, a_spec, minutes


async def test_a_plan_is_forgotten_once_it_has_expired():
    plan = build_plan(a_spec(), Situation({"westeurope": a_market()}), NOON)
    hub = FakeHub(plans={plan.id: store(plan, a_spec()).to_wire()})
    for at, count in ((NOON + PLAN_LIFETIME - minutes(1), 0), (NOON + PLAN_LIFETIME, 1)):
        value = PurgeInput(operation_id="purge", before=at).to_wire()
        assert await forget_plans(value, hub) == Outcome.succeeded(plans=count)
    assert hub.plans == {}
