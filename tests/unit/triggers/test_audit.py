"""What requests and messages leave in the audit, and how it is read back."""

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest

from domain.audit.record import AuditDecision
from domain.environment.call_stamp import Door
from domain.environment.phases import Phase
from domain.requests.app_roles import AppRole
from tests.support.callers import ALICE, BOB, ML, RISK, TWO_TEAMS, a_person
from tests.support.http_api import Api
from tests.support.markets import read_ample_market
from tests.support.messages import FakeMessage, cloud_event
from tests.support.policies import reading
from tests.support.specs import a_policy, spec_body
from tests.support.sweep_hub import SweepHub
from triggers.auditing import forget_records
from triggers.call_stamps import read_address
from triggers.service_bus_requests import take_message

WRITER = a_person(AppRole.WRITE, AppRole.READ_AUDIT, groups=[ML])
URL = "environments/fraud-llm"
SECRET = "s3cr3t-value"


def an_api(hub: SweepHub) -> Api:
    return Api(hub, requires_app_roles=True, read_policy=reading(TWO_TEAMS))


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "expected"),
    [
        ("POST", "environments", spec_body(), WRITER, ("accepted", None, "fraud-llm.1")),
        ("POST", "environments", {}, WRITER, ("refused", "InvalidRequest", None)),
        (
            "POST",
            "environments",
            spec_body(costCenter="RISK-7"),
            WRITER,
            ("refused", "CostCenterNotAllowed", None),
        ),
        ("POST", "environments", spec_body(), a_person(), ("refused", "MissingAppRole", None)),
        ("DELETE", URL, None, a_person(), ("refused", "MissingAppRole", None)),
        ("DELETE", URL, None, WRITER, ("accepted", None, None)),
        ("POST", f"{URL}/wake", None, WRITER, ("refused", "EnvironmentNotFound", None)),
        ("POST", "sweeps", {}, WRITER, ("accepted", None, None)),
    ],
)
async def test_every_request_that_changes_something_leaves_one_record(
    method: str,
    path: str,
    body: Any,
    headers: dict[str, str],
    expected: tuple[str, str | None, str | None],
):
    hub = SweepHub()
    await an_api(hub).send(method, path, body, {**headers, "X-Forwarded-For": "1.1.1.1, ::1"})
    (record,) = hub.audited
    assert (record.decision, record.code, record.operation_id) == expected
    assert (record.door, record.actor, record.origin) == (Door.REST, ALICE, "::1")
    assert record.request_hash
    assert len(record.request_hash) == 64


async def test_a_deletion_that_the_caller_may_not_ask_for_was_not_accepted():
    """It is answered as that of an environment that does not exist."""
    hub = SweepHub()
    await an_api(hub).send("POST", "environments", spec_body(), WRITER)
    hub.finish("fraud-llm.1", Phase.READY)
    of_risk = a_person(AppRole.WRITE, object_id=BOB, groups=[RISK])
    assert (await an_api(hub).send("DELETE", URL, headers=of_risk)).status == 204
    record = hub.audited[-1]
    assert (record.actor, record.environment, record.cost_center) == (BOB, "fraud-llm", "ML-1234")
    assert (record.decision, record.code) == ("refused", "EnvironmentNotFound")


@pytest.mark.parametrize("path", ["environments", URL, "costs", "audit", "sweeps/latest"])
async def test_reads_and_plans_leave_none(path: str):
    hub = SweepHub()
    await Api(hub).get(path)
    await Api(hub).send("POST", "plans", spec_body())
    assert hub.audited == []


async def test_no_part_of_a_body_is_kept():
    hub = SweepHub()
    workload = {**spec_body()["workload"], "env": {"TOKEN": SECRET}, "colour": SECRET}
    for changes in (
        {"workload": workload},
        {"name": SECRET.upper()},
        {"costCenter": f"{SECRET}!"},
    ):
        await Api(hub).create(spec_body(**changes))
    assert len(hub.audited) == 3
    assert SECRET not in json.dumps(hub.audit).lower()


async def test_a_request_by_a_plan_is_about_the_environment_of_the_plan():
    hub = SweepHub()
    plan = await an_api(hub).send("POST", "plans", spec_body(), WRITER)
    await an_api(hub).send("POST", "environments", {"planId": plan.json["id"]}, WRITER)
    (record,) = hub.audited
    assert (record.environment, record.operation_id) == ("fraud-llm", "fraud-llm.1")
    assert record.cost_center == "ML-1234"


async def test_a_refused_request_by_a_plan_is_about_the_environment_of_the_plan():
    hub = SweepHub()
    await an_api(hub).send("POST", "environments", spec_body(), WRITER)
    unknown = {"planId": "fraud-llm.0.5c042717cad6"}
    answer = await an_api(hub).send("POST", "environments", unknown, WRITER)
    assert answer.error["code"] == "PlanNotFound"
    record = hub.audited[-1]
    assert (record.environment, record.cost_center) == ("fraud-llm", "ML-1234")
    assert record.code == "PlanNotFound"


async def test_who_cancels_is_on_record_before_the_event_is_sent():
    hub = SweepHub()
    await an_api(hub).send("POST", "environments", spec_body(), WRITER)
    await an_api(hub).send("POST", f"{URL}/cancel", None, WRITER)
    _, canceled = hub.audited
    assert (canceled.action, canceled.operation_id) == ("cancelOperation", "fraud-llm.1")
    assert canceled.cost_center == "ML-1234"
    assert len(hub.raised) == 1


@pytest.mark.parametrize(
    "code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED, grpc.StatusCode.UNKNOWN]
)
async def test_without_a_task_hub_a_refusal_is_in_the_log(
    code: grpc.StatusCode, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO, "gridplane.audit")
    hub = SweepHub()
    hub.unreachable = code
    assert (await an_api(hub).send("DELETE", URL, None, a_person())).status == 403
    (line,) = [each.getMessage() for each in caplog.records if each.name == "gridplane.audit"]
    record = json.loads(line.removeprefix("audit: "))
    assert (record["decision"], record["code"]) == ("refused", "MissingAppRole")


class Settlement:
    def complete(self, message: Any) -> None: ...
    def deadletter(self, message: Any, reason: str, description: str) -> None: ...
    def release_session(self, session_id: str) -> None: ...


async def deliver(hub: SweepHub, content: Any, message_id: str = "message-1") -> None:
    settlement: Any = Settlement()
    message = FakeMessage(content, message_id=message_id)
    await take_message(
        message, settlement, hub, a_policy(), read_ample_market, read_policy=reading(TWO_TEAMS)
    )


async def test_a_message_leaves_one_record_however_often_it_is_delivered():
    hub = SweepHub()
    event = cloud_event("provision", spec_body(), authid=BOB)
    for _ in range(2):
        await deliver(hub, event)
    (record,) = hub.audited
    assert (record.door, record.actor, record.on_behalf_of) == (Door.QUEUE, "/portals/ml", BOB)
    assert (record.decision, record.origin) == (AuditDecision.ACCEPTED, "message-1")
    assert record.operation_id == "fraud-llm.1"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "InvalidJson"),
        (cloud_event("provision", spec_body(), source="/nowhere"), "SenderNotAllowed"),
        (cloud_event("wake", {"name": "fraud-llm"}), "EnvironmentNotFound"),
    ],
)
async def test_a_message_that_is_set_aside_is_on_record(content: Any, code: str):
    hub = SweepHub()
    await deliver(hub, content)
    (record,) = hub.audited
    assert (record.decision, record.code) == (AuditDecision.REFUSED, code)
    assert record.environment == "fraud-llm"


async def test_the_audit_is_read_page_by_page_and_by_cost_center():
    hub = SweepHub()
    api = an_api(hub)
    await api.send("POST", "environments", spec_body(), WRITER)
    hub.finish("fraud-llm.1", Phase.READY)
    for _ in range(3):
        await api.send("POST", f"{URL}/wake", None, WRITER)
    await api.send("POST", "sweeps", {}, WRITER)
    auditor = a_person(AppRole.READ_AUDIT, groups=[ML])
    path, actions = "audit?maxpagesize=3", list[str]()
    while path:
        page = (await api.send("GET", path, headers=auditor)).json
        actions += [each["action"] for each in page["value"]]
        path = page.get("nextLink", "").removeprefix("/")
    assert actions == ["wakeEnvironment"] * 3 + ["createEnvironment"]
    of_risk = a_person(AppRole.READ_AUDIT, groups=[RISK])
    assert (await api.send("GET", "audit", headers=of_risk)).json["value"] == []
    everything = a_person(AppRole.READ_AUDIT, AppRole.ADMIN)
    assert len((await api.send("GET", "audit", headers=everything)).json["value"]) == 5
    one = await api.send("GET", "audit?environment=fraud-llm&actor=sweep", headers=auditor)
    assert one.json["value"] == []


@pytest.mark.parametrize(
    "query",
    [
        "from=0001-01-01T00:00:00Z&to=0001-01-02T00:00:00Z",
        "from=9999-12-31T00:00:00Z&to=9999-12-31T23:59:59.999999Z",
        "skiptoken=9999-12-31T23:59:59.999999Z_x",
        "skiptoken=0001-01-01T00:00:00Z_x",
    ],
)
async def test_times_at_the_ends_of_the_calendar_have_an_empty_page(query: str):
    answer = await Api(SweepHub()).get(f"audit?{query}")
    assert (answer.status, answer.json) == (200, {"value": []})


@pytest.mark.parametrize("query", ["skiptoken=x", "from=yesterday", "maxpagesize=0", "top=1"])
async def test_parameters_that_mean_nothing_are_refused(query: str):
    assert (await Api(SweepHub()).get(f"audit?{query}")).status == 400


async def test_what_is_older_than_the_retention_is_forgotten():
    hub = SweepHub()
    await Api(hub).create(spec_body())
    now = datetime.now(UTC)
    assert await forget_records(hub, now) == 0
    assert await forget_records(hub, now + timedelta(days=1)) == 1
    assert hub.audited == []


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:51234", "203.0.113.7"),
        ("6.6.6.6, 203.0.113.7:51234", "203.0.113.7"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("unknown", None),
        ("", None),
        (None, None),
    ],
)
def test_the_address_is_the_one_that_the_front_end_has_added(
    header: str | None, address: str | None
):
    assert read_address(header) == address
