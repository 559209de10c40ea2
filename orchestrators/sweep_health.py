"""The sweep's look at health: what the lists lack is read by id, and every model is asked once.
What it finds of GPU nodes is recorded as well.

Resources and models are asked for many environments in one activity each; in a healthy
subscription only some origins are read by id (`domain/sweep/origin_looks.py`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import batched

from domain.catalog.prices import RegionPrices
from domain.durable.names import ActivityName
from domain.durable.sweep_inputs import ConfirmInput, EdgeQuestion, EdgeQuestions
from domain.environment.gpu_usage import RecordGpuNodes
from domain.environment.health import Health, RecordHealth
from domain.environment.phases import Phase
from domain.sweep.found import AzureListing, LookedUp, ResourceRef
from domain.sweep.gpu_nodes import find_gpu_nodes
from domain.sweep.health import assess_health, is_due
from domain.sweep.health_facts import Found, ProbeAnswer
from domain.sweep.model import EnvironmentSweepState
from domain.sweep.origin_looks import choose_origins
from domain.sweep.wanted import WantedEnvironment
from orchestrators.activity_calls import call_activity
from orchestrators.environment_proxy import EnvironmentProxy
from orchestrators.operation_context import Steps
from orchestrators.sweep_snapshot import SweepContext
from orchestrators.waiting import sleep_unless_canceled

PER_ACTIVITY = 50
SECOND_PROBE_SECONDS = 20.0
"""One request may fail by chance; a model that is silent twice is not answering."""


def look_at_health(
    sweep: SweepContext,
    listing: AzureListing,
    environments: Mapping[str, EnvironmentSweepState],
    prices: Mapping[str, RegionPrices],
    *,
    record: bool,
) -> Steps[dict[str, Health]]:
    """The health of every environment; of one that did not rest, what its record says."""
    wanted = [each.wanted for each in environments.values() if each.wanted]
    due = [each for each in wanted if is_due(each, listing.listed_at)]
    found = yield from _look(sweep, listing, due)
    assessed = {each.environment: assess_health(each, found, sweep.now) for each in due}
    if record:
        _record(sweep, due, assessed)
        _record_gpu_nodes(sweep, found, environments, listing.listed_at, prices)
    known = {w.environment: w.health for w in wanted if w.phase is not Phase.DELETED}
    return known | assessed


def _look(
    sweep: SweepContext, listing: AzureListing, due: Sequence[WantedEnvironment]
) -> Steps[Found]:
    listed = Found.of(listing)
    suspects = [ref for each in due for ref in listed.suspects(each)]
    origins = [] if listing.unread else choose_origins(due, sweep.ref.sweep_id)
    looked_up = yield from _look_up(sweep, [*suspects, *origins])
    # Without all lists the result is Unknown, whatever the models answer.
    probes = yield from _probe(sweep, [] if listing.unread else due)
    return Found.of(listing, looked_up, probes)


def _record(
    sweep: SweepContext, due: Sequence[WantedEnvironment], assessed: Mapping[str, Health]
) -> None:
    """Only what has changed: a subscription in which nothing happens costs no writes."""
    for wanted in due:
        health = assessed[wanted.environment]
        if health.differs_from(wanted.health):
            environment = EnvironmentProxy(sweep.context, wanted.environment)
            environment.signal_health(RecordHealth(sequence=wanted.sequence, health=health))


def _record_gpu_nodes(
    sweep: SweepContext,
    found: Found,
    environments: Mapping[str, EnvironmentSweepState],
    listed_at: datetime,
    prices: Mapping[str, RegionPrices],
) -> None:
    """Of every environment: after a failure, and while an operation runs, nodes cost as well."""
    for name, environment in environments.items():
        seen = find_gpu_nodes(found, environment, listed_at, prices)
        if seen:
            EnvironmentProxy(sweep.context, name).signal_gpu_nodes(RecordGpuNodes(seen=seen))


def _look_up(sweep: SweepContext, suspects: Sequence[ResourceRef]) -> Steps[list[LookedUp]]:
    looked_up: list[LookedUp] = []
    for refs in batched(suspects, PER_ACTIVITY, strict=False):
        value = ConfirmInput(operation_id=sweep.ref.sweep_id, refs=refs).to_wire()
        outcome = yield from call_activity(sweep, ActivityName.CONFIRM_MISSING, value)
        looked_up += [LookedUp.from_wire(each) for each in outcome.result.get("lookedUp", ())]
    return looked_up


def _probe(sweep: SweepContext, due: Sequence[WantedEnvironment]) -> Steps[list[ProbeAnswer]]:
    asked = [each for each in due if each.should_answer and each.host_name]
    answers = yield from _ask(sweep, asked)
    silent = [each for each in asked if not _is_answered(each, answers)]
    if silent and (yield from sleep_unless_canceled(sweep, SECOND_PROBE_SECONDS)):
        answers |= yield from _ask(sweep, silent)
    return list(answers.values())


def _is_answered(wanted: WantedEnvironment, answers: Mapping[str, ProbeAnswer]) -> bool:
    answer = answers.get(wanted.environment)
    return answer is not None and answer.is_success


def _ask(sweep: SweepContext, asked: Sequence[WantedEnvironment]) -> Steps[dict[str, ProbeAnswer]]:
    answers: dict[str, ProbeAnswer] = {}
    for group in batched(asked, PER_ACTIVITY, strict=False):
        questions = tuple(
            EdgeQuestion(
                environment=each.environment, host_name=each.host_name, path=each.health_path
            )
            for each in group
        )
        value = EdgeQuestions(operation_id=sweep.ref.sweep_id, questions=questions).to_wire()
        asked_at = sweep.now
        outcome = yield from call_activity(sweep, ActivityName.PROBE_EDGES, value)
        for answer in map(ProbeAnswer.from_wire, outcome.result.get("answers", ())):
            answers[answer.environment] = answer
            if answer.reached:
                # Azure counts it as a request: without this note it would count as use.
                proxy = EnvironmentProxy(sweep.context, answer.environment)
                proxy.signal_own_request(answer.asked_at(asked_at, sweep.now))
    return answers
