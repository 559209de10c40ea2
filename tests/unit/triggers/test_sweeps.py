from typing import cast

import azure.functions as func
import grpc
import pytest
from durabletask.client import OrchestrationStatus

from domain.durable.sweep_inputs import SweepInput
from domain.environment.health import Finding, Health, HealthStatus
from domain.environment.phases import Phase
from domain.outcomes import Outcome
from domain.sweep.model import SweepAction, SweepDecision
from domain.sweep.orphans import Orphan, Removal
from domain.sweep.summary import ActionResult, ResultStatus, summarise_sweep
from tests.support.fake_hub import RUNNING
from tests.support.http_api import Answer, Api
from tests.support.markets import FakeMarkets, read_ample_market, some_prices
from tests.support.payloads import QUOTA
from tests.support.specs import NOON, a_record, a_request, a_spec, spec_body
from tests.support.sweep_hub import SweepHub, to_json
from tests.support.sweeps import a_gpu_pool
from triggers.timer_sweep import run_sweep

POOL = a_gpu_pool(node_count=1, hourly_price=3.673)
DECISION = SweepDecision(
    pool=POOL,
    environment="fraud-llm",
    action=SweepAction.SCALE_TO_ZERO,
    reason="IdleAfterWarning",
    evidence={"gpuPods": 1},
    idle_since=NOON,
)
DONE = ActionResult(
    environment="fraud-llm", action=SweepAction.SCALE_TO_ZERO, status=ResultStatus.SUCCEEDED
)
FAILED = ActionResult(
    environment="batcher", action=SweepAction.WAKE, status=ResultStatus.FAILED, reason="Canceled"
)
SILENT = Finding(code="ModelNotAnswering", what="https://x", cause="It is.", fix="Look.")
HEALTH = {
    "fraud-llm": Health(status=HealthStatus.DEGRADED, findings=(SILENT,)),
    "other": Health(status=HealthStatus.HEALTHY),
}
ORPHAN = Orphan(
    environment="lost",
    region="westeurope",
    resource_group_id="/groups/gp-lost-westeurope",
    node_count=1,
    first_seen=NOON,
    removal=Removal.WAITING,
)
SUMMARY = summarise_sweep(
    [DECISION], [DONE, FAILED], NOON, NOON, health=HEALTH, orphans=[ORPHAN]
).to_wire()
DECISIONS = {"decisions": [DECISION.to_wire()]}
REPORT = {"summary": SUMMARY, **DECISIONS}
BOTH = pytest.mark.parametrize(
    ("instance_id", "query"),
    [("sweep", ""), ("sweep.dry-run", "?dryRun=true")],
    ids=["sweep", "dry run"],
)


@pytest.fixture
def hub() -> SweepHub:
    return SweepHub()


async def post(hub: SweepHub, body: bytes = b"") -> Answer:
    return await Api(hub).send("POST", "sweeps", body)


async def latest(hub: SweepHub, query: str = "") -> Answer:
    return await Api(hub).get(f"sweeps/latest{query}")


def end(
    hub: SweepHub,
    instance_id: str,
    outcome: Outcome | None,
    status: OrchestrationStatus = OrchestrationStatus.COMPLETED,
) -> None:
    output = to_json(outcome.to_wire()) if outcome else None
    hub.change(instance_id, runtime_status=status, serialized_output=output)


async def start(hub: SweepHub, instance_id: str) -> None:
    await post(hub, b'{"dryRun": true}' if instance_id == "sweep.dry-run" else b"")


@pytest.mark.parametrize("body", [b"", b"{}", b'{"dryRun": false}'])
async def test_a_sweep_is_accepted_and_says_where_its_result_will_be(hub: SweepHub, body: bytes):
    answer = await post(hub, body)
    assert (answer.status, answer.json) == (202, {"status": "Running"})
    assert answer.headers["Location"] == "/sweeps/latest"
    assert answer.headers["Retry-After"] == "5"
    assert hub.input_of("sweep") == SweepInput()


async def test_a_dry_run_has_a_place_of_its_own(hub: SweepHub):
    answer = await post(hub, b'{"dryRun": true}')
    assert answer.status == 202
    assert answer.headers["Location"] == "/sweeps/latest?dryRun=true"
    assert list(hub.instances) == ["sweep.dry-run"]
    assert hub.input_of("sweep.dry-run").dry_run


async def test_a_sweep_knows_all_environments_that_are_not_deleted(hub: SweepHub):
    for name in ("b-llm", "a-llm", "gone"):
        record = a_record(a_request(spec=a_spec(name=name)))
        phase = Phase.DELETED if name == "gone" else record.phase
        hub.add(record.model_copy(update={"phase": phase}))
    await post(hub)
    assert hub.input_of("sweep").environments == ("a-llm", "b-llm")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"{", "InvalidJson", id="no JSON"),
        pytest.param(b"\xff", "InvalidJson", id="no text"),
        pytest.param(b"null", "InvalidBody", id="null"),
        pytest.param(b"false", "InvalidBody", id="no object"),
        pytest.param(b"[]", "InvalidBody", id="a list"),
        pytest.param(b'{"dryRun": "true"}', "InvalidBody", id="a word for a flag"),
        pytest.param(b'{"dryRun": 1}', "InvalidBody", id="a number for a flag"),
        pytest.param(b'{"dryRun": 0.0}', "InvalidBody", id="zero for a flag"),
        pytest.param(b'{"dryRun": null}', "InvalidBody", id="null for a flag"),
        pytest.param(b'{"dryrun": true}', "InvalidBody", id="an unknown flag"),
        pytest.param(b'{"dryRun": true, "force": true}', "InvalidBody", id="one more flag"),
        pytest.param(b"[" * 100_000, "InvalidJson", id="a deep nest"),
    ],
)
async def test_a_body_that_could_be_meant_otherwise_starts_nothing(
    hub: SweepHub, body: bytes, code: str
):
    answer = await post(hub, body)
    assert (answer.status, answer.error["code"]) == (400, code)
    assert hub.instances == {}


@BOTH
async def test_a_second_one_meanwhile_gets_the_same_answer_and_starts_nothing(
    hub: SweepHub, instance_id: str, query: str
):
    await start(hub, instance_id)
    body = b'{"dryRun": true}' if query else b""
    answer = await post(hub, body)
    assert (answer.status, answer.json) == (202, {"status": "Running"})
    assert answer.headers["Location"] == f"/sweeps/latest{query}"
    assert hub.starts == 1


async def test_a_dry_run_is_possible_while_a_sweep_runs(hub: SweepHub):
    await post(hub)
    await post(hub, b'{"dryRun": true}')
    assert list(hub.instances) == ["sweep", "sweep.dry-run"]


async def test_after_its_end_the_next_one_starts(hub: SweepHub):
    await post(hub)
    end(hub, "sweep", Outcome.succeeded(**REPORT))
    await post(hub)
    assert hub.starts == 2


async def test_a_hub_that_cannot_be_reached_is_not_taken_for_a_sweep_that_runs(hub: SweepHub):
    hub.refusal = grpc.StatusCode.UNAVAILABLE
    answer = await post(hub)
    assert (answer.status, answer.error["code"]) == (503, "TaskHubUnreachable")


@BOTH
async def test_before_the_first_one_there_is_none(hub: SweepHub, instance_id: str, query: str):
    answer = await latest(hub, query)
    assert (answer.status, answer.error["code"]) == (404, "SweepNotFound")
    await start(hub, instance_id)
    assert (await latest(hub, "" if query else "?dryRun=true")).status == 404, "not the other one"


@BOTH
async def test_while_it_runs_it_tells_what_it_has_decided(
    hub: SweepHub, instance_id: str, query: str
):
    await start(hub, instance_id)
    assert (await latest(hub, query)).json == {"status": "Running"}
    hub.change(instance_id, serialized_custom_status=to_json(DECISIONS))
    assert (await latest(hub, query)).json == {"status": "Running", **DECISIONS}


@BOTH
async def test_its_result_stays_to_be_read(hub: SweepHub, instance_id: str, query: str):
    await start(hub, instance_id)
    end(hub, instance_id, Outcome.succeeded(**REPORT))
    answer = await latest(hub, query)
    assert (answer.status, answer.json) == (200, {"status": "Succeeded", **REPORT})


async def test_a_listing_that_failed_is_told_as_every_other_error(hub: SweepHub):
    await post(hub)
    end(hub, "sweep", QUOTA)
    answer = await latest(hub)
    assert (answer.status, answer.json["status"]) == (200, "Failed")
    assert answer.json["error"]["code"] == "QuotaExceeded"
    assert answer.json["error"]["message"] == "Azure says QuotaExceeded."


@pytest.mark.parametrize("status", [OrchestrationStatus.FAILED, OrchestrationStatus.TERMINATED])
async def test_a_sweep_that_died_has_failed(hub: SweepHub, status: OrchestrationStatus):
    await post(hub)
    end(hub, "sweep", None, status)
    assert (await latest(hub)).json == {"status": "Failed"}


async def test_a_flag_that_is_none_is_refused(hub: SweepHub):
    assert (await latest(hub, "?dryRun=perhaps")).status == 400


async def test_the_timer_starts_the_sweep_and_no_dry_run(hub: SweepHub):
    hub.add(a_record())
    await run_sweep(cast("func.TimerRequest", None), hub, read_ample_market, ("westeurope",))
    assert hub.input_of("sweep") == SweepInput(environments=("fraud-llm",))


async def test_the_timer_starts_no_second_sweep_and_is_not_upset(
    hub: SweepHub, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("INFO")
    for _ in range(2):
        await run_sweep(cast("func.TimerRequest", None), hub, read_ample_market, ("westeurope",))
    assert hub.starts == 1
    assert "still running" in caplog.text


async def test_the_timer_says_in_one_line_what_the_sweep_before_found(
    hub: SweepHub, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("INFO", "gridplane.sweeps")
    await run_sweep(cast("func.TimerRequest", None), hub, read_ample_market, ("westeurope",))
    assert caplog.records == [], "there was none before"
    stuck = {
        "environment": "stuck",
        "action": "stopGpuCost",
        "reason": "ScopeLocked",
        "message": "It is locked.",
    }
    summary = {**SUMMARY, "failures": [*SUMMARY["failures"], stuck]}
    report = Outcome.succeeded(**{**REPORT, "summary": summary})
    hub.change(
        "sweep",
        runtime_status=OrchestrationStatus.COMPLETED,
        serialized_output=to_json(report.to_wire()),
    )
    await run_sweep(cast("func.TimerRequest", None), hub, read_ample_market, ("westeurope",))
    assert [record.getMessage() for record in caplog.records] == [
        "sweep ended: pools=1 idle_usd_per_hour=3.673 saved_usd_per_hour=3.673 failed=1 "
        "degraded=1 unreachable=0 unknown=0",
        "pool swept: fraud-llm westeurope nodes=1 usd_per_hour=3.673 action=scaleToZero "
        "reason=IdleAfterWarning",
        "unhealthy environment: fraud-llm Degraded ModelNotAnswering",
        "orphan: /groups/gp-lost-westeurope nodes=1 usd_per_hour=unknown removal=waiting",
        "GPU cost not stopped: stuck ScopeLocked",
    ]
    assert hub.starts == 2


async def test_the_timer_counts_environments_by_phase(
    hub: SweepHub, caplog: pytest.LogCaptureFixture
):
    for name in ("a-llm", "b-llm", "c-llm"):
        await Api(hub).create(spec_body(name=name))
        hub.finish(f"{name}.1", Phase.FAILED if name == "c-llm" else Phase.READY)
    caplog.set_level("INFO", "gridplane.sweeps")
    await run_sweep(cast("func.TimerRequest", None), hub, read_ample_market, ("westeurope",))
    assert [record.getMessage() for record in caplog.records] == [
        "environments in phase: Failed count=1",
        "environments in phase: Ready count=2",
    ]


@BOTH
async def test_a_report_of_another_version_is_no_reason_to_break(
    hub: SweepHub, instance_id: str, query: str, caplog: pytest.LogCaptureFixture
):
    await start(hub, instance_id)
    end(hub, instance_id, Outcome.succeeded(summary={"wattHours": 7}))
    answer = await latest(hub, query)
    assert (answer.json["status"], answer.json["error"]["code"]) == ("Failed", "ReportUnreadable")
    assert "cannot be read" in caplog.text
    await run_sweep(cast("func.TimerRequest", None), hub, read_ample_market, ("westeurope",))
    assert hub.instances["sweep"].runtime_status is RUNNING, "the timer starts the next one"


async def test_decisions_of_another_version_do_not_end_a_sweep(hub: SweepHub):
    await post(hub)
    hub.change("sweep", serialized_custom_status=to_json({"decisions": [{"colour": "blue"}]}))
    assert (await latest(hub)).json["status"] == "Running"


@pytest.mark.parametrize("died", ["failed", "terminated", "gone"])
async def test_the_record_learns_of_an_operation_whose_orchestration_died(
    hub: SweepHub, died: str
):
    """The sweep leaves what is in motion alone: it would never look at its GPU nodes again."""
    record = a_record()
    hub.add(record)
    operation_id = record.active_operation or ""
    if died == "gone":
        hub.instances.clear()
    else:
        hub.stop(operation_id, OrchestrationStatus[died.upper()])
    await post(hub)
    recorded = hub.records[record.name]
    assert recorded
    assert recorded.phase is Phase.FAILED
    assert recorded.failure
    assert recorded.failure.reason == "OperationAborted"


async def test_an_operation_that_runs_is_left_alone(hub: SweepHub):
    record = a_record()
    hub.add(record)
    await post(hub)
    assert hub.records[record.name] == record


async def test_a_sweep_is_given_the_prices_of_gpu_sizes_that_were_read(hub: SweepHub):
    prices = some_prices("westeurope")
    markets = FakeMarkets(priced={"westeurope": prices})
    await run_sweep(cast("func.TimerRequest", None), hub, markets, ("westeurope", "uksouth"))
    sweep = SweepInput.from_wire(hub.input_of("sweep").to_wire())
    given = sweep.prices_by_region["westeurope"]
    assert len(sweep.prices_by_region) == 1
    assert given.find("Standard_NC24ads_A100_v4") == prices.find("Standard_NC24ads_A100_v4")
    assert given.find("Standard_D4ds_v5") is None
