"""The app's roles in infra/ allow what it asks of Azure in all its stories, and nothing else."""

import json
from pathlib import Path

from local_stack.api import Api, SimulatedAzure
from local_stack.stack import Stack
from tests.e2e.stories import delete, finish, provision
from tests.e2e.sweeps import IDLE_AFTER_10_MINUTES, sweep_until
from tests.support.azure_actions import action_of
from tests.support.specs import spec_body

ROLE_ACTIONS = Path(__file__).parents[2] / "infra/modules/identity/role_actions.json"

CHECKED_BY_AZURE_ALONE = {
    # Who names a WAF policy in a security policy needs this on the policy; no request shows it.
    "microsoft.network/frontdoorwebapplicationfirewallpolicies/join/action",
}


GRACES = {"GraceAfterCreate", "GraceAfterWake"}


def granted() -> set[str]:
    parts = json.loads(ROLE_ACTIONS.read_text()).values()
    return {action.lower() for actions in parts for action in actions}


def act(api: Api, name: str, action: str) -> None:
    answer = api.post(f"/environments/{name}/{action}")
    assert finish(api, answer.json()["id"])["status"] == "Succeeded"


def live_through_everything(api: Api) -> None:
    provision(api, "worker", idle=IDLE_AFTER_10_MINUTES)
    act(api, "worker", "scale-down")
    act(api, "worker", "wake")
    # Usage is looked at only where it decides, which it does after the grace of the wake.
    sweep_until(api, lambda seen: bool(set(seen["worker"]) - GRACES if seen else False))
    assert delete(api, "worker")["status"] == "Succeeded"
    # One that is deleted while it is built lists what is left of it.
    operation = api.create_environment(spec_body(name="regret"))
    next(api.follow(operation, 30))
    assert delete(api, "regret")["status"] == "Succeeded"


def test_the_roles_allow_what_the_app_asks_and_no_more(own_stack: Stack):
    with (
        Api(own_stack.app_url) as api,
        SimulatedAzure(own_stack.simulator_url, own_stack.ca_bundle) as azure,
    ):
        live_through_everything(api)
        asked = {action_of(request) for request in azure.get_requests()["requests"]} - {None}
    assert asked - granted() == set(), "refused in Azure"
    assert granted() - asked == CHECKED_BY_AZURE_ALONE, "granted for nothing"
