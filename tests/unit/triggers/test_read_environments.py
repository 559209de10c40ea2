from urllib.parse import parse_qs, urlsplit

import pytest
from durabletask.client import OrchestrationStatus

from domain.environment.health import Health, HealthStatus
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord, OperationEnd
from domain.environment.transitions import end_operation
from domain.outcomes import Outcome
from tests.support.fake_hub import FakeHub
from tests.support.http_api import Answer, Api
from tests.support.payloads import QUOTA, SUCCEEDED, failed
from tests.support.specs import NOON, a_record, a_request, a_spec, minutes, spec_body


def a_ready_record(name: str, cost_center: str = "ML-1234") -> EnvironmentRecord:
    record = a_record(a_request(spec=a_spec(name=name, costCenter=cost_center)))
    end = OperationEnd(
        operation_id=f"{name}.1",
        phase=Phase.READY,
        outcome=Outcome.succeeded(),
        at=NOON + minutes(9),
        endpoint=f"https://gp-{name}.z01.azurefd.net",
    )
    return end_operation(record, end)


@pytest.fixture
def five(hub: FakeHub) -> None:
    for number, name in enumerate(["eins", "zwei", "drei", "vier", "fuenf"]):
        record = a_ready_record(name, f"ML-{number % 2}")
        status = (HealthStatus.UNKNOWN, HealthStatus.HEALTHY)[number % 2]
        hub.add(record.model_copy(update={"health": Health(status=status)}))


def names(answer: Answer) -> list[str]:
    assert answer.status == 200
    return [environment["name"] for environment in answer.json["value"]]


async def test_an_environment_shows_its_phase_endpoint_and_spec(api: Api, hub: FakeHub):
    hub.add(a_ready_record("fraud-llm"))
    body = (await api.get("environments/fraud-llm")).json
    assert (body["name"], body["phase"]) == ("fraud-llm", "Ready")
    assert body["endpoint"] == "https://gp-fraud-llm.z01.azurefd.net"
    assert body["spec"]["costCenter"] == "ML-1234"
    assert body["createdDateTime"] == "2026-11-22T12:00:00Z"
    assert "operationId" not in body


async def test_what_was_seen_already_is_not_sent_again(api: Api, hub: FakeHub):
    hub.add(a_ready_record("fraud-llm"))
    etag = (await api.get("environments/fraud-llm")).headers["ETag"]
    again = await api.get("environments/fraud-llm", If_None_Match=etag)
    assert (again.status, again.text, again.headers["ETag"]) == (304, "", etag)
    await api.delete("environments/fraud-llm")
    assert (await api.get("environments/fraud-llm", If_None_Match=etag)).status == 200


@pytest.mark.parametrize("field", ["*", "W/{etag}", '"a", {etag}', 'W/"a", W/{etag}'])
async def test_if_none_match_is_a_list_compared_weakly(api: Api, field: str):
    await api.create(spec_body())
    etag = (await api.get("environments/fraud-llm")).headers["ETag"]
    answer = await api.get("environments/fraud-llm", If_None_Match=field.format(etag=etag))
    assert answer.status == 304
    assert (await api.get("environments/fraud-llm", If_None_Match='"a"')).status == 200


@pytest.mark.parametrize("path", ["environments/unknown", "environments/unknown/events"])
async def test_what_nobody_knows_is_not_found(api: Api, path: str):
    answer = await api.get(path)
    assert (answer.status, answer.error["code"]) == (404, "EnvironmentNotFound")


async def test_a_deleted_environment_is_gone_but_its_timeline_stays(api: Api, hub: FakeHub):
    await api.create(spec_body())
    hub.finish("fraud-llm.1", Phase.READY)
    await api.delete("environments/fraud-llm")
    hub.finish("fraud-llm.2", Phase.DELETED)
    assert (await api.get("environments/fraud-llm")).status == 404
    assert names(await api.get("environments")) == []
    events = (await api.get("environments/fraud-llm/events")).json["value"]
    assert [event["type"] for event in events] == [
        "OperationStarted",
        "OperationSucceeded",
        "OperationStarted",
        "OperationSucceeded",
    ]
    assert (await api.get("operations/fraud-llm.2")).json["status"] == "Succeeded"


@pytest.mark.usefixtures("five")
async def test_the_list_is_in_the_order_of_names(api: Api):
    answer = await api.get("environments")
    assert names(answer) == ["drei", "eins", "fuenf", "vier", "zwei"]
    assert "nextLink" not in answer.json


@pytest.mark.usefixtures("five")
async def test_following_next_links_shows_each_environment_once(api: Api):
    seen: list[str] = []
    link: str | None = "environments?maxpagesize=2"
    pages = 0
    while link:
        answer = await api.get(link)
        seen += names(answer)
        link, pages = answer.json.get("nextLink"), pages + 1
    assert (seen, pages) == (["drei", "eins", "fuenf", "vier", "zwei"], 3)


@pytest.mark.usefixtures("five")
async def test_a_next_link_keeps_the_filters(api: Api):
    answer = await api.get("environments?maxpagesize=1&costCenter=ML-0&phase=Ready")
    query = parse_qs(urlsplit(answer.json["nextLink"]).query)
    assert query == {
        "maxpagesize": ["1"],
        "costCenter": ["ML-0"],
        "phase": ["Ready"],
        "skiptoken": ["drei"],
    }


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("costCenter=ML-1", ["vier", "zwei"]),
        ("phase=Ready", ["drei", "eins", "fuenf", "vier", "zwei"]),
        ("phase=Failed", []),
        ("health=Healthy", ["vier", "zwei"]),
        ("health=Unknown&costCenter=ML-0", ["drei", "eins", "fuenf"]),
        ("costCenter=ML-0&phase=Ready&maxpagesize=500", ["drei", "eins", "fuenf"]),
    ],
)
async def test_the_list_can_be_filtered(api: Api, query: str, found: list[str]):
    assert names(await api.get(f"environments?{query}")) == found


@pytest.mark.parametrize(
    ("query", "target"),
    [
        ("maxpagesize=0", "query maxpagesize"),
        ("maxpagesize=501", "query maxpagesize"),
        ("maxpagesize=-1", "query maxpagesize"),
        ("maxpagesize=ten", "query maxpagesize"),
        ("maxpagesize=²", "query maxpagesize"),
        (f"maxpagesize={'1' * 5000}", "query maxpagesize"),
        ("maxpagesize=", "query maxpagesize"),
        ("phase=ready", "query phase"),
        ("health=degraded", "query health"),
        ("$top=5", "query $top"),
    ],
)
async def test_a_query_that_means_nothing_is_refused(api: Api, query: str, target: str):
    answer = await api.get(f"environments?{query}")
    assert (answer.status, answer.error["target"]) == (400, target)


async def test_every_problem_of_a_query_is_listed(api: Api):
    answer = await api.get("environments?maxpagesize=0&phase=x&top=5")
    targets = {detail["target"] for detail in answer.error["details"]}
    assert targets == {"query maxpagesize", "query phase", "query top"}


ENDED_BADLY = [
    OrchestrationStatus.FAILED,
    OrchestrationStatus.TERMINATED,
    OrchestrationStatus.COMPLETED,
]


@pytest.mark.parametrize("status", ENDED_BADLY, ids=lambda status: status.name)
async def test_an_operation_whose_orchestration_died_counts_as_failed(
    api: Api, hub: FakeHub, status: OrchestrationStatus
):
    await api.create(spec_body())
    hub.deliver("fraud-llm.1")
    hub.stop("fraud-llm.1", status)
    body = (await api.get("environments/fraud-llm")).json
    assert (body["phase"], body["error"]["code"]) == ("Failed", "OperationAborted")
    operation = (await api.get("operations/fraud-llm.1")).json
    assert (operation["status"], operation["error"]["code"]) == ("Failed", "OperationAborted")
    assert operation["lastActionDateTime"] == "2026-11-22T12:10:00Z"


async def test_what_died_can_be_deleted(api: Api, hub: FakeHub):
    await api.create(spec_body())
    hub.deliver("fraud-llm.1")
    hub.stop("fraud-llm.1", OrchestrationStatus.TERMINATED)
    answer = await api.delete("environments/fraud-llm")
    assert answer.json["id"] == "fraud-llm.2"
    hub.finish("fraud-llm.2", Phase.DELETED)
    assert (await api.get("environments/fraud-llm")).status == 404


async def test_an_orchestration_that_died_before_it_reached_the_record_left_nothing(
    api: Api, hub: FakeHub
):
    await api.create(spec_body())
    hub.stop("fraud-llm.1", OrchestrationStatus.FAILED)
    assert (await api.get("environments/fraud-llm")).status == 404
    assert (await api.create(spec_body())).status == 202


class EndsBetweenTwoReads(FakeHub):
    """The operation ends well just after its record was read."""

    async def get_orchestration_state(self, instance_id, *, fetch_payloads=True):
        state = self.instances.get(instance_id)
        record = self.records.get("fraud-llm")
        if state and record and record.active_operation == instance_id:
            self.finish(instance_id, Phase.READY)
        return await super().get_orchestration_state(instance_id, fetch_payloads=fetch_payloads)


async def test_an_operation_that_ends_well_between_two_reads_did_not_die():
    hub = EndsBetweenTwoReads()
    api = Api(hub)
    await api.create(spec_body())
    hub.deliver("fraud-llm.1")
    body = (await api.get("environments/fraud-llm")).json
    assert body["phase"] == "Ready"
    assert "error" not in body
    assert (await api.get("operations/fraud-llm.1")).json["status"] == "Succeeded"


async def test_an_operation_is_shown_also_when_it_failed(api: Api, hub: FakeHub):
    await api.create(spec_body())
    running = await api.get("operations/fraud-llm.1")
    assert (running.status, running.headers["Retry-After"]) == (200, "5")
    hub.finish("fraud-llm.1", Phase.FAILED, QUOTA)
    ended = await api.get("operations/fraud-llm.1")
    assert (ended.status, ended.json["status"]) == (200, "Failed")
    assert ended.json["error"]["code"] == "QuotaExceeded"
    assert "Retry-After" not in ended.headers


async def test_a_failure_says_how_long_azure_wants_to_be_left_alone(api: Api, hub: FakeHub):
    await api.create(spec_body())
    hub.finish("fraud-llm.1", Phase.FAILED, failed("TooManyRequests", retry_after_seconds=30))
    error = (await api.get("operations/fraud-llm.1")).json["error"]
    assert (error["code"], error["retryAfterSeconds"]) == ("TooManyRequests", 30)


async def after_eleven_more(api: Api, hub: FakeHub, first: Outcome) -> None:
    """An environment whose record has forgotten its first operation."""
    await api.create(spec_body())
    hub.finish("fraud-llm.1", Phase.READY if first.is_success else Phase.FAILED, first)
    for sequence in range(2, 13):
        await api.post("environments/fraud-llm/repair")
        hub.finish(f"fraud-llm.{sequence}", Phase.READY)


@pytest.mark.parametrize("first", [SUCCEEDED, QUOTA], ids=["succeeded", "failed"])
async def test_an_operation_that_its_record_has_forgotten_stays_readable(
    api: Api, hub: FakeHub, first: Outcome
):
    await after_eleven_more(api, hub, first)
    record = hub.records["fraud-llm"]
    assert record
    assert record.find_operation("fraud-llm.1") is None
    operation = (await api.get("operations/fraud-llm.1")).json
    assert (operation["id"], operation["kind"]) == ("fraud-llm.1", "provision")
    assert (operation["status"], operation["steps"]) == (str(first.status), [])
    assert operation.get("error", {}).get("code") == (first.failure and first.failure.reason)
    assert operation["lastActionDateTime"] == "2026-11-22T12:10:00Z"


async def test_a_forgotten_operation_whose_orchestration_died_has_failed(api: Api, hub: FakeHub):
    await after_eleven_more(api, hub, SUCCEEDED)
    hub.stop("fraud-llm.1", OrchestrationStatus.TERMINATED)
    operation = (await api.get("operations/fraud-llm.1")).json
    assert (operation["status"], operation["error"]["code"]) == ("Failed", "OperationAborted")


@pytest.mark.parametrize(
    "operation_id", ["unknown.1", "fraud-llm.2", "fraud-llm", "fraud-llm.1.edge", ".", "..1"]
)
async def test_an_unknown_operation_is_not_found(api: Api, hub: FakeHub, operation_id: str):
    hub.add(a_record())
    answer = await api.get(f"operations/{operation_id}")
    assert (answer.status, answer.error["code"]) == (404, "OperationNotFound")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("fraud-llm.1.cell.westeurope.westeurope.managedCluster", id="a child's id"),
        pytest.param("@environment@fraud-llm", id="an entity's id"),
        pytest.param("FRAUD-LLM", id="capitals"),
        pytest.param("a" * 300, id="far too long"),
    ],
)
async def test_a_name_that_no_environment_can_have_is_not_found(api: Api, hub: FakeHub, name: str):
    """A name with a dot could be taken for a part of an orchestration's id."""
    await api.create(spec_body())
    child = hub.instances["fraud-llm.1"]
    hub.instances[f"{name}.1"] = child
    assert (await api.get(f"environments/{name}")).status == 404
    assert (await api.get(f"environments/{name}/events")).status == 404
    assert (await api.delete(f"environments/{name}")).status == 204
