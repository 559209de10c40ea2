"""Who may do what: every route against every role, and every route against cost centers."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from domain.environment.phases import Phase
from domain.requests.app_roles import AppRole
from domain.requests.principal import Principal
from tests.support.callers import ML, RISK, TWO_TEAMS, a_person, encode_principal
from tests.support.fake_logs import FakeLogs
from tests.support.http_api import Answer, Api
from tests.support.policies import reading
from tests.support.specs import NOON, a_record, a_request, spec_body
from tests.support.sweep_hub import SweepHub
from triggers.declarations import Route
from triggers.model_routes import EXAMPLE_MODEL
from triggers.routes import ROUTES

READ, WRITE, APPROVE, ADMIN, AUDIT = AppRole
READERS = frozenset({READ, WRITE, APPROVE, ADMIN})
WRITERS = frozenset({WRITE, ADMIN})
APPROVERS = frozenset({APPROVE, ADMIN})
AUDITORS = frozenset({AUDIT})

ADMITTED: Mapping[str, frozenset[AppRole] | None] = {
    "makePlan": READERS,
    "listSizeOffers": READERS,
    "listPresets": READERS,
    "sizeModel": READERS,
    "registerModelVersion": WRITERS,
    "listModels": READERS,
    "getModel": READERS,
    "deleteModel": WRITERS,
    "getModelVersion": READERS,
    "deleteModelVersion": WRITERS,
    "listEnvironmentVersions": READERS,
    "rollBackEnvironment": WRITERS,
    "getCosts": READERS,
    "getIdleAdvice": READERS,
    "getMetrics": READERS,
    "createEnvironment": WRITERS,
    "listEnvironments": READERS,
    "getEnvironment": READERS,
    "replaceEnvironment": WRITERS,
    "deleteEnvironment": WRITERS,
    "listEvents": READERS,
    "wakeEnvironment": WRITERS,
    "scaleDownEnvironment": WRITERS,
    "repairEnvironment": WRITERS,
    "retryEnvironment": WRITERS,
    "cancelOperation": WRITERS,
    "listApprovals": READERS,
    "approveOperation": APPROVERS,
    "rejectOperation": APPROVERS,
    "readLog": WRITERS,
    "getKubernetesAccess": WRITERS,
    "listInvocations": AUDITORS,
    "listAudit": AUDITORS,
    "getOperation": READERS,
    "startSweep": WRITERS,
    "getLatestSweep": READERS,
    "getHealth": None,
    "getOpenApi": READERS,
}
"""Roles that admit to each route; None: it needs no token."""

BODIES: Mapping[str, Any] = {
    "startSweep": {},
    "sizeModel": {"preset": "phi-4"},
    "registerModelVersion": EXAMPLE_MODEL,
    "rollBackEnvironment": {},
    "approveOperation": {},
    "rejectOperation": {"reason": "No."},
}
"""Of requests without a specification."""

NAMES = {"name": "fraud-llm", "id": "fraud-llm.1", "model": "fraud-llm", "version": 1}

ROUTE_OF = {route.operation_id: route for route in ROUTES}


def test_every_route_is_in_the_table():
    assert set(ADMITTED) == set(ROUTE_OF)


@pytest.mark.parametrize("role", [None, "Model.Invoke", *AppRole])
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation_id)
async def test_a_route_admits_the_roles_that_the_table_says(
    route: Route[Any, Any], role: str | None
):
    admitted = ADMITTED[route.operation_id]
    headers = a_person(*([role] if role else []))
    answer = await send(Api(SweepHub(), requires_app_roles=True), route, headers)
    if admitted is None or role in admitted:
        assert answer.status != 403
    else:
        assert (answer.status, answer.error["code"]) == (403, "MissingAppRole")
        assert str(route.role) in answer.error["message"]


async def test_who_comes_past_the_authentication_may_nothing():
    api = Api(SweepHub(), requires_app_roles=True)
    assert (await api.get("environments")).status == 403
    assert (await api.get("environments?top=5")).status == 403, "before anything is looked at"


async def send(
    api: Api, route: Route[Any, Any], headers: Mapping[str, str], **changes: Any
) -> Answer:
    query = "?region=westeurope" if route.path == "offers" else ""
    path = route.path.format(**NAMES) + query
    body = BODIES.get(route.operation_id, spec_body(**changes))
    return await api.send(route.method, path, body, dict(headers))


def a_hub_of(cost_center: str) -> SweepHub:
    hub = SweepHub()
    record = a_record(a_request())
    spec = record.spec.model_copy(update={"cost_center": cost_center})
    hub.add(record.model_copy(update={"spec": spec}))
    hub.finish("fraud-llm.1", Phase.READY)
    return hub


def an_api(hub: SweepHub) -> Api:
    return Api(
        hub, requires_app_roles=True, read_policy=reading(TWO_TEAMS), read_logs=FakeLogs().read
    )


NAMED = [each for each in ROUTES if each.path.startswith(("environments/", "operations/"))]
EVERY_ROLE = tuple(map(str, AppRole))
ALL_BUT_ADMIN = tuple(each for each in EVERY_ROLE if each != ADMIN)


@pytest.mark.parametrize("route", NAMED, ids=lambda route: route.operation_id)
async def test_what_is_of_others_is_answered_like_what_does_not_exist(route: Route[Any, Any]):
    of_risk = a_person(*ALL_BUT_ADMIN, groups=[RISK])
    seen = await send(an_api(a_hub_of("ML-1234")), route, of_risk, costCenter="RISK-7")
    nothing = await send(an_api(SweepHub()), route, of_risk, costCenter="RISK-7")
    assert seen.status in (204, 404)
    assert (seen.status, seen.text) == (nothing.status, nothing.text)


@pytest.mark.parametrize("route", NAMED, ids=lambda route: route.operation_id)
@pytest.mark.parametrize(
    "headers",
    [a_person(*ALL_BUT_ADMIN, groups=[ML]), a_person(*EVERY_ROLE)],
    ids=["in the group", "an administrator"],
)
async def test_what_is_of_the_callers_cost_center_is_there(
    route: Route[Any, Any], headers: dict[str, str]
):
    answer = await send(an_api(a_hub_of("ML-1234")), route, headers)
    assert answer.status not in (204, 403, 404)


async def test_lists_and_sums_hold_what_the_caller_sees():
    hub = a_hub_of("ML-1234")
    in_risk, in_ml = a_person(READ, groups=[RISK]), a_person(READ, groups=[ML])
    for headers, names in ((in_risk, []), (in_ml, ["fraud-llm"])):
        found = await an_api(hub).send("GET", "environments", headers=headers)
        assert [each["name"] for each in found.json["value"]] == names
        day = (NOON + timedelta(minutes=5)).date()
        path = f"costs?from={day}&to={day}"
        costs = await an_api(hub).send("GET", path, headers=headers)
        assert bool(costs.json["value"]) is bool(names)


async def test_a_creation_for_others_and_a_move_to_others_are_refused_by_field():
    in_ml = a_person(WRITE, groups=[ML])
    for method, path in (
        ("POST", "environments"),
        ("PUT", "environments/fraud-llm"),
        ("POST", "plans"),
    ):
        api = an_api(a_hub_of("ML-1234"))
        refused = await api.send(method, path, spec_body(costCenter="RISK-7"), in_ml)
        assert (refused.status, refused.error["code"]) == (403, "CostCenterNotAllowed")
        assert refused.error["target"] == "costCenter"
    both = a_person(WRITE, groups=[ML, RISK])
    body = spec_body(costCenter="RISK-7")
    api = an_api(a_hub_of("ML-1234"))
    assert (await api.send("PUT", "environments/fraud-llm", body, both)).status == 202


async def test_a_name_that_others_have_taken_is_no_more_than_taken():
    in_risk = a_person(WRITE, groups=[RISK])
    api, body = an_api(a_hub_of("ML-1234")), spec_body(costCenter="RISK-7")
    for path in ("environments", "plans"):
        refused = await api.send("POST", path, body, in_risk)
        assert (refused.status, refused.error["code"]) == (409, "EnvironmentExists")
        assert "Operation-Location" not in refused.headers


async def test_a_plan_of_others_does_not_exist():
    hub = SweepHub()
    plan = await an_api(hub).send("POST", "plans", spec_body(), a_person(READ, groups=[ML]))
    assert plan.status == 200
    body = {"planId": plan.json["id"]}
    in_risk = a_person(WRITE, groups=[RISK])
    assert (await an_api(hub).send("POST", "environments", body, in_risk)).status == 404


async def test_a_token_without_its_groups_is_told_so():
    claims = [("roles", "Environments.Read"), ("_claim_names", '{"groups":"src1"}')]
    header = {"X-MS-CLIENT-PRINCIPAL": encode_principal(*claims)}
    refused = await an_api(SweepHub()).send("GET", "environments", headers=header)
    assert (refused.status, refused.error["code"]) == (403, "GroupsUnknown")


async def test_a_developer_is_held_to_the_roles_of_the_setting():
    roles, groups = frozenset({str(READ)}), frozenset({RISK})
    developer = Principal(object_id="dev", roles=roles, groups=groups, is_person=True)
    api = Api(a_hub_of("ML-1234"), developer=developer, read_policy=reading(TWO_TEAMS))
    assert (await api.get("environments")).json["value"] == []
    assert (await api.delete("environments/fraud-llm")).status == 403
