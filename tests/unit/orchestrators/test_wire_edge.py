from typing import Any

import pytest

from domain import deadlines
from domain.arm.pacing import SPREAD_SECONDS
from domain.durable.inputs import ResourceInput
from domain.environment.record import RecordWarning
from domain.environment.steps import plan_edge
from domain.outcomes import OperationWarning, Outcome
from orchestrators.new_groups import NEW_SECONDS
from orchestrators.wire_edge import wire_edge
from tests.support.engine import After, Run, run
from tests.support.payloads import (
    BUSY,
    CANCELED,
    HOST,
    QUOTA,
    SUCCEEDED,
    TOO_EARLY,
    accepted,
    an_edge,
    failed,
)
from tests.support.specs import NOON, minutes

EDGE = "fraud-llm.1.edge"
ACCEPTED = {
    "begin_resource resourceGroup": SUCCEEDED,
    **{
        f"begin_resource {kind}": accepted(kind)
        for kind in ("profile", "originGroup", "origin", "route", "wafPolicy", "securityPolicy")
    },
    "begin_resource endpoint": accepted("endpoint", result={"hostName": HOST}),
}
BUILT = {
    "await_operation": Outcome.succeeded(),
    f"await_operation {EDGE}.endpoint": Outcome.succeeded(hostName=HOST),
}


def wire(activities=None, children=None, regions=("westeurope",), edge=None, **options) -> Run:
    return run(
        wire_edge,
        edge or an_edge(regions=list(regions)),
        instance_id=EDGE,
        activities={**ACCEPTED, **(activities or {})},
        children={**BUILT, **(children or {})},
        **options,
    )


def test_each_part_is_begun_as_soon_as_what_it_needs_is_there():
    done = wire(regions=["westeurope", "swedencentral"])
    assert done.steps("call", "start", "timer") == [
        "call begin_resource resourceGroup",
        "call begin_resource profile",
        "call begin_resource wafPolicy",
        f"start await_operation {EDGE}.profile.1",
        f"start await_operation {EDGE}.wafPolicy.1",
        "call begin_resource endpoint",
        "call begin_resource originGroup",
        f"start await_operation {EDGE}.endpoint.1",
        f"start await_operation {EDGE}.originGroup.1",
        "call begin_resource securityPolicy",
        "call begin_resource origin westeurope",
        "call begin_resource origin swedencentral",
        f"start await_operation {EDGE}.securityPolicy.1",
        f"start await_operation {EDGE}.origin.westeurope.1",
        f"start await_operation {EDGE}.origin.swedencentral.1",
        "call begin_resource route",
        f"start await_operation {EDGE}.route.1",
    ]
    assert done.outcome == Outcome.succeeded(hostName=HOST)
    assert done.seconds == 1 + 4 * 61, "the group, and four more parts that need each other"


@pytest.mark.parametrize(
    ("slow", "waits"),
    [
        ("endpoint", {"route", "securityPolicy"}),
        ("originGroup", {"origin", "route"}),
        ("origin", {"route"}),
        ("wafPolicy", {"securityPolicy"}),
        ("securityPolicy", set()),
    ],
)
def test_a_slow_part_holds_up_only_what_needs_it(slow: str, waits: set[str]):
    slowly = After(1000, SUCCEEDED)
    done = wire(children={f"await_operation {EDGE}.{slow}": slowly})
    at = {step: changed["at"] for step, changed in _first_changes(done).items()}
    late = {step for step, began in at.items() if began > _minutes_after_noon(15)}
    assert {step.split("/")[1] for step in late} == waits
    assert done.outcome.is_success


def _first_changes(done: Run) -> dict[str, dict[str, Any]]:
    changes: dict[str, dict[str, Any]] = {}
    for label, value in done.inputs:
        if label.startswith("record_step"):
            changes.setdefault(value["step"], value)
    return changes


def _minutes_after_noon(number: float) -> str:
    return (NOON + minutes(number)).isoformat()


def test_each_part_is_a_step_with_a_beginning_and_an_end():
    notes = wire().steps("note edge/endpoint", "note edge/route")
    assert notes == [
        "note edge/endpoint Running",
        "note edge/endpoint Running",
        "note edge/endpoint Succeeded",
        "note edge/route Running",
        "note edge/route Running",
        "note edge/route Succeeded",
    ]


def test_a_route_too_early_is_begun_again():
    done = wire({"begin_resource route": [TOO_EARLY, TOO_EARLY, accepted("route")]})
    route = [line for line in done.lines if "route" in line or line.startswith("timer")]
    assert route == [
        "note edge/route Running",
        "call begin_resource route",
        "note edge/route Running (Azure says OriginGroupNotReady.)",
        "timer 15 s",
        "call begin_resource route",
        "note edge/route Running (Azure says OriginGroupNotReady.)",
        "timer 15 s",
        "call begin_resource route",
        "note edge/route Running",
        f"start await_operation {EDGE}.route.3",
        "note edge/route Succeeded",
    ]
    assert done.outcome.is_success


def test_the_seconds_that_azure_asks_for_are_waited():
    throttled = failed("Throttled", retryable=True, retry_after_seconds=47)
    done = wire({"begin_resource profile": [throttled, SUCCEEDED]})
    (pause,) = done.steps("timer")
    assert 47 <= float(pause.split()[1]) <= 47 + SPREAD_SECONDS


CREATED = SUCCEEDED.model_copy(update={"created": True})
PARTS = ["profile", "wafPolicy", "endpoint", "originGroup", "securityPolicy", "origin", "route"]


def unlooked(done: Run) -> list[str]:
    """The parts that Azure was sent without a look at what it has, in order."""
    inputs = [ResourceInput.from_wire(v) for _, v in done.inputs if "kind" in v]
    return [each.kind for each in inputs if each.in_new_group]


def test_parts_of_a_group_that_was_just_created_are_sent_without_a_look():
    assert unlooked(wire({"begin_resource resourceGroup": CREATED})) == PARTS


def test_parts_of_a_group_that_was_there_are_looked_at():
    assert unlooked(wire()) == []


def test_a_second_attempt_looks():
    """The first may have left something, or had another in the way."""
    done = wire(
        {
            "begin_resource resourceGroup": CREATED,
            "begin_resource route": [TOO_EARLY, accepted("route")],
        }
    )
    assert len(done.steps("call begin_resource route")) == 2
    assert unlooked(done) == PARTS, "each once"


def test_what_azures_limits_refused_needs_no_look_while_the_group_is_new():
    throttled = failed("Throttled", retryable=True, retry_after_seconds=20)
    answers = {"begin_resource resourceGroup": CREATED}
    done = wire({**answers, "begin_resource profile": [throttled, throttled, SUCCEEDED]})
    assert unlooked(done).count("profile") == 3
    late = After(NEW_SECONDS, throttled)
    done = wire({**answers, "begin_resource profile": [late, SUCCEEDED]})
    assert len(done.steps("call begin_resource profile")) == 2
    assert unlooked(done).count("profile") == 1


def test_the_profile_is_told_to_the_record_for_the_gateways():
    found = accepted("profile", result={"frontDoorId": "0a1b"})
    children = {f"await_operation {EDGE}.profile": Outcome.succeeded(frontDoorId="0a1b")}
    done = wire({"begin_resource profile": found}, children)
    assert done.input_of("keep_profile") == {"operationId": "fraud-llm.1", "frontDoorId": "0a1b"}
    told = done.lines.index("tell fraud-llm keep_profile")
    assert done.lines.index("note edge/profile Succeeded") < told
    assert told < done.lines.index("call begin_resource endpoint")


def test_a_group_is_not_new_for_long():
    """An outage of Azure between two parts leaves time for others to set up something there."""
    done = wire(
        {
            "begin_resource resourceGroup": CREATED,
            "begin_resource endpoint": After(NEW_SECONDS, accepted("endpoint")),
        }
    )
    late = ("securityPolicy", "route")
    assert unlooked(done) == [part for part in PARTS if part not in late]


def test_a_route_that_waits_for_cells_is_looked_at():
    edge = an_edge(regions=["westeurope"], has_private_origins=True)
    done = wire({"begin_resource resourceGroup": CREATED}, edge=edge)
    assert unlooked(done) == [part for part in PARTS if part not in ("origin", "route")]


def test_an_operation_that_failed_on_what_passes_is_begun_again_under_another_id():
    done = wire(
        {"begin_resource origin": [accepted("origin")] * 2},
        {"await_operation": SUCCEEDED, f"await_operation {EDGE}.origin": [BUSY, SUCCEEDED]},
    )
    assert [
        line for line in done.steps("start", "timer") if "origin." in line or "timer" in line
    ] == [
        f"start await_operation {EDGE}.origin.westeurope.1",
        "timer 15 s",
        f"start await_operation {EDGE}.origin.westeurope.2",
    ]
    assert done.outcome.is_success


@pytest.mark.parametrize(
    "earlier", [pytest.param(SUCCEEDED, id="succeeded"), pytest.param(QUOTA, id="failed")]
)
def test_what_an_earlier_operation_led_to_is_looked_at_again(earlier: Outcome):
    """It may have been sent for another specification."""
    found = accepted("profile", adopted=True)
    done = wire(
        {"begin_resource profile": [found, accepted("profile")]},
        {"await_operation": SUCCEEDED, f"await_operation {EDGE}.profile": [earlier, SUCCEEDED]},
    )
    assert [line for line in done.steps("call", "start", "timer") if "profile" in line] == [
        "call begin_resource profile",
        f"start await_operation {EDGE}.profile.1",
        "call begin_resource profile",
        f"start await_operation {EDGE}.profile.2",
    ]
    assert done.outcome.is_success


def test_an_earlier_operation_that_does_not_end_is_waited_for_once():
    late = failed("DeadlineExceeded")
    done = wire(
        {"begin_resource profile": accepted("profile", adopted=True)},
        {f"await_operation {EDGE}.profile": After(deadlines.FRONT_DOOR, late)},
    )
    assert done.outcome == late
    assert len(done.steps("call begin_resource profile")) == 1
    assert not done.steps("call begin_resource endpoint")


def test_a_cancellation_ends_the_wait_for_an_earlier_operation():
    done = wire(
        {"begin_resource profile": accepted("profile", adopted=True)},
        {f"await_operation {EDGE}.profile": After(600, SUCCEEDED)},
        cancel_after=100,
    )
    assert done.outcome == CANCELED
    assert len(done.steps("call begin_resource profile")) == 1


def test_an_origin_refused_while_its_host_does_not_resolve_goes_on_once_it_does():
    """The cell's address takes up to half an hour; 100 refusals are 25 minutes."""
    refused = failed("OriginHostUnknown", retryable=True)
    done = wire({"begin_resource origin": [*[refused] * 100, accepted("origin")]})
    assert done.outcome.is_success
    assert len(done.steps("timer")) == 100


def test_what_never_passes_ends_at_the_steps_own_deadline():
    done = wire({"begin_resource route": TOO_EARLY})
    assert done.outcome == TOO_EARLY
    assert done.steps("note edge/route")[-1] == "note edge/route Failed (OriginGroupNotReady)"
    assert 0 <= done.seconds - 3 * 62 - deadlines.FRONT_DOOR <= 60


@pytest.mark.parametrize("kind", [each.kind for each in plan_edge(["westeurope"])])
def test_a_failure_for_good_ends_the_edge(kind: str):
    """Nothing more is begun, and what runs beside it is canceled."""
    done = wire({f"begin_resource {kind}": QUOTA})
    assert done.outcome == QUOTA
    failed_at = next(i for i, line in enumerate(done.lines) if "Failed (QuotaExceeded)" in line)
    assert not [line for line in done.lines[failed_at:] if line.startswith(("call", "start"))]
    ends = [line for line in done.lines[failed_at + 1 :] if line.endswith("Canceled")]
    running = {each for each in _first_changes(done) if f"note {each} Succeeded" not in done.lines}
    assert len(ends) == len(running) - 1


def test_a_failure_cancels_a_wait_beside_it():
    done = wire(
        {"begin_resource endpoint": After(5, QUOTA)},
        {f"await_operation {EDGE}.originGroup": After(600, SUCCEEDED)},
    )
    assert done.lines[-3:] == [
        "note edge/endpoint Failed (QuotaExceeded)",
        f"send cancel to {EDGE}.originGroup.1",
        "note edge/originGroup Canceled",
    ]
    assert done.outcome == QUOTA


def test_a_failure_cancels_a_pause_beside_it():
    done = wire(
        {
            "begin_resource originGroup": TOO_EARLY,
            "begin_resource endpoint": After(40, QUOTA),
        }
    )
    assert done.lines[-3:] == [
        "note edge/endpoint Failed (QuotaExceeded)",
        "cancel timer",
        "note edge/originGroup Canceled",
    ]
    assert done.outcome == QUOTA


def test_of_two_failures_at_once_the_first_part_decides():
    busy = failed("Forbidden")
    done = wire({"begin_resource endpoint": QUOTA, "begin_resource originGroup": busy})
    assert done.outcome == QUOTA
    assert len(done.steps("note edge/originGroup Failed", "note edge/endpoint Failed")) == 2


def test_an_activity_that_always_breaks_fails_its_step_with_its_own_words():
    done = wire({"begin_resource profile": RuntimeError("boom")})
    assert done.outcome.failure
    assert done.outcome.failure.reason == "ActivityFailed"
    assert done.outcome.failure.message == "'begin_resource' failed: boom"


def test_a_cancellation_is_passed_on_to_the_wait_and_nothing_more_is_begun():
    done = wire(
        children={f"await_operation {EDGE}.originGroup": After(600, SUCCEEDED)}, cancel_after=300
    )
    assert done.lines[-2:] == [
        f"send cancel to {EDGE}.originGroup.1",
        "note edge/originGroup Canceled",
    ]
    assert (done.outcome, done.seconds) == (CANCELED, 301)


def test_a_cancellation_ends_the_pause_before_another_attempt():
    done = wire({"begin_resource route": TOO_EARLY}, cancel_after=300)
    assert done.lines[-3:] == [
        "timer 15 s",
        "cancel timer",
        "note edge/route Canceled",
    ]
    assert (done.outcome, done.seconds) == (CANCELED, 300)


@pytest.mark.parametrize(
    ("second", "begun"), [(0.5, 1), (1.5, 3), (2.5, 5), (3.5, 7), (4.5, 8), (5.5, 8)]
)
def test_whenever_it_is_canceled_nothing_more_is_begun(second: float, begun: int):
    """Every part is there already, so that no wait gives the cancellation a chance."""
    done = wire(
        {"begin_resource": SUCCEEDED} | {k: SUCCEEDED for k in ACCEPTED}, cancel_after=second
    )
    assert len(done.steps("call")) == begun
    assert (done.outcome == CANCELED) == (second < 4)


def test_an_outage_costs_time_but_not_the_step():
    """503 for twice as long as a resource group may take: the edge is built all the same."""
    unavailable = failed("AzureUnavailable", retryable=True)
    attempts = 2 * deadlines.RESOURCE_GROUP // 15
    done = wire({"begin_resource resourceGroup": [unavailable] * attempts + [SUCCEEDED]})
    assert done.outcome.is_success
    assert done.seconds > 2 * deadlines.RESOURCE_GROUP


def test_an_operation_that_failed_by_itself_is_no_outage():
    """What ARM took and could not finish is retried within the step's own limit."""
    broken = failed("AzureUnavailable", retryable=True)
    done = wire(children={"await_operation profile": broken, "await_operation": broken})
    assert done.outcome == broken
    assert done.seconds < 2 * deadlines.FRONT_DOOR


def test_what_a_step_has_to_report_stands_on_the_operation_before_its_end():
    """Also when the step then fails: what was kept may be the reason."""
    kept = OperationWarning(code="SettingConflict", message="Kept.", target="/route")
    done = wire(
        {"begin_resource route": accepted("route").warning_of((kept,))},
        {f"await_operation {EDGE}.route": QUOTA},
    )
    assert done.steps("tell") == ["tell fraud-llm record_warning /route"]
    warned = RecordWarning.from_wire(done.input_of("record_warning"))
    assert (warned.operation_id, warned.warning) == ("fraud-llm.1", kept)
    assert not warned.is_standing


def test_the_route_of_private_origins_waits_until_a_cell_has_one():
    done = wire(
        {"begin_resource route": [TOO_EARLY] * 200 + [accepted("route")]},
        edge=an_edge(deadline_minutes=400, has_private_origins=True),
    )
    assert done.steps("call begin_resource origin", "call begin_resource route")[1:] == [
        "call begin_resource route" for _ in range(201)
    ]
    assert done.steps("call begin_resource")[5] == "call begin_resource securityPolicy"
    assert done.seconds > 200 * 15
    assert done.outcome.is_success
