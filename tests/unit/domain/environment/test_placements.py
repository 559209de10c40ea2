"""The record knows where each cell is while its offers are tried, and afterwards."""

from typing import Any

import pytest

from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.environment.placements import record_attempt
from domain.environment.record import CellState, EnvironmentRecord, OperationEnd
from domain.environment.starts import start_operation
from domain.environment.transitions import end_operation
from domain.outcomes import Outcome, Status
from domain.placement.attempts import AttemptStatus, CellPlacement, OfferAttempt, RecordAttempt
from domain.placement.offers import Offer, list_offers
from domain.requests.command import Command
from domain.requests.command_decision import decide
from domain.requests.decision import Refused, Start
from tests.support.payloads import QUOTA
from tests.support.specs import NOON, a_record, a_request, a_spec, minutes

H100 = "Standard_NC40ads_H100_v5"
PLACEMENT = {"vmSizes": [H100], "regions": ["northeurope"]}
SPEC = a_spec(placement=PLACEMENT)
FIRST, OTHER_SIZE, MOVED, _ = list_offers(SPEC, "westeurope")
RUNNING, SUCCEEDED, REFUSED = (
    AttemptStatus.RUNNING,
    AttemptStatus.SUCCEEDED,
    AttemptStatus.REFUSED,
)


def attempt(status: AttemptStatus, offer: Offer, cell: str = "westeurope") -> RecordAttempt:
    failure = QUOTA.failure if status is REFUSED else None
    tried = OfferAttempt(cell=cell, offer=offer, status=status, at=NOON, failure=failure)
    return RecordAttempt(operation_id="fraud-llm.1", attempt=tried)


def recorded(record: EnvironmentRecord, *attempts: RecordAttempt) -> EnvironmentRecord:
    for each in attempts:
        changed = record_attempt(record, each)
        assert changed
        record = changed
    return record


def provisioning() -> EnvironmentRecord:
    return a_record(a_request(spec=SPEC))


def ready(*attempts: RecordAttempt) -> EnvironmentRecord:
    record = recorded(provisioning(), *attempts)
    end = OperationEnd(
        operation_id="fraud-llm.1",
        phase=Phase.READY,
        outcome=Outcome.succeeded(),
        at=NOON,
        cells=(CellState(region=record.regions[0], nodes=1),),
    )
    return end_operation(record, end)


def request(record: EnvironmentRecord, kind: OperationKind, **changes: Any):
    spec = a_spec(**{"placement": PLACEMENT, **changes}) if kind.startswith("update") else None
    return decide(record, Command(kind, "fraud-llm", spec))


def offers(record: EnvironmentRecord, kind: OperationKind, **changes: Any) -> tuple[Offer, ...]:
    decision = request(record, kind, **changes)
    assert isinstance(decision, Start)
    return decision.request.offers_of("westeurope")


MOVE = (attempt(RUNNING, FIRST), attempt(REFUSED, FIRST), attempt(RUNNING, MOVED))


def test_each_attempt_is_listed_once_with_its_last_status():
    record = recorded(provisioning(), *MOVE)
    (operation,) = record.operations
    assert [(each.offer, each.status) for each in operation.attempts] == [
        (FIRST, REFUSED),
        (MOVED, RUNNING),
    ]
    assert [(e.type, e.message, e.operation_id) for e in record.events[1:]] == [
        (
            "OfferTried",
            "Standard_NC24ads_A100_v4 (regular) in westeurope: Running",
            "fraud-llm.1",
        ),
        (
            "OfferRefused",
            "Standard_NC24ads_A100_v4 (regular) in westeurope: Refused (QuotaExceeded)",
            "fraud-llm.1",
        ),
        (
            "OfferTried",
            "Standard_NC24ads_A100_v4 (regular) in northeurope: Running",
            "fraud-llm.1",
        ),
    ]


def test_an_attempt_takes_its_place_among_those_of_its_own_operation():
    spec = a_spec(regions=["westeurope", "swedencentral"], placement=PLACEMENT)
    update = a_request(OperationKind.UPDATE, 2, spec=spec)
    begun = start_operation(ready(), update, NOON)
    assert begun
    tries = [
        attempt(RUNNING, FIRST),
        attempt(RUNNING, list_offers(spec, "swedencentral")[0], "swedencentral"),
        attempt(RUNNING, OTHER_SIZE),
    ]
    first = attempt(SUCCEEDED, FIRST)
    later = first.attempt.model_copy(update={"at": NOON + minutes(7)})
    of_update = [
        each.model_copy(update={"operation_id": "fraud-llm.2"})
        for each in (*tries, first.model_copy(update={"attempt": later}))
    ]
    record = recorded(begun, *of_update)
    before, operation = record.operations
    assert (before.id, before.attempts) == ("fraud-llm.1", ())
    assert operation.attempts == (later, tries[1].attempt, tries[2].attempt)
    assert operation.last_action_at == NOON + minutes(7)


def test_a_cell_is_where_it_is_being_built():
    record = recorded(provisioning(), *MOVE)
    assert record.regions == ("northeurope",)
    skipped = recorded(record, attempt(AttemptStatus.SKIPPED, FIRST))
    assert skipped.regions == ("northeurope",)
    assert skipped.events[-1].type == "OfferSkipped"


def test_a_region_has_room_for_one_cell():
    spec = a_spec(regions=["westeurope", "swedencentral"], placement=PLACEMENT)
    record = recorded(a_record(a_request(spec=spec)), attempt(RUNNING, MOVED))
    second = list_offers(spec, "swedencentral")[2]
    assert second.region == "northeurope"
    assert record_attempt(record, attempt(RUNNING, second, "swedencentral")) is None
    assert record_attempt(record, attempt(RUNNING, MOVED)) is not None, "its own"


def test_nothing_is_recorded_for_an_operation_that_has_ended():
    assert record_attempt(ready(), attempt(RUNNING, MOVED)) is None


def test_a_cell_that_was_left_is_no_longer_listed():
    record = ready(*MOVE, attempt(SUCCEEDED, MOVED))
    assert [cell.region for cell in record.cells] == ["northeurope"]


def test_steps_that_a_success_did_not_need_are_not_listed():
    record = ready()
    assert all(step.status is not Status.NOT_STARTED for step in record.operations[0].steps)


@pytest.mark.parametrize("kind", [OperationKind.UPDATE, OperationKind.SCALE_DOWN])
def test_an_offer_that_azure_has_granted_is_kept(kind: OperationKind):
    record = ready(*MOVE, attempt(SUCCEEDED, MOVED))
    assert offers(record, kind, owner="other@example.com") == (MOVED,)


def test_a_repair_of_what_may_serve_tries_no_other_offer():
    assert offers(ready(), OperationKind.REPAIR) == (FIRST,)


def test_a_retry_begins_with_the_first_offer_again():
    record = recorded(provisioning(), *MOVE, attempt(REFUSED, MOVED))
    end = OperationEnd(operation_id="fraud-llm.1", phase=Phase.FAILED, outcome=QUOTA, at=NOON)
    decision = decide(end_operation(record, end), Command("retry", "fraud-llm"))
    assert isinstance(decision, Start)
    request = decision.request
    assert request.offers_of("westeurope") == list_offers(SPEC, "westeurope")
    assert request.built_in("westeurope") == "northeurope"
    assert request.regions == ("westeurope",)
    assert request.all_regions == ("westeurope", "northeurope")


def test_a_cell_that_was_refused_its_nodes_wakes_where_it_sleeps():
    """Chaos seed 4: its kept settings were looked for in the region that is preferred."""
    placements = {"westeurope": CellPlacement(offer=MOVED, is_refused=True)}
    wake = a_request(
        OperationKind.WAKE, 3, spec=SPEC, placements=placements, may_change_offers=True
    )
    assert wake.region_of("westeurope") == "northeurope"
    assert wake.granted_offer("westeurope") is None


@pytest.mark.parametrize(
    ("granted", "placement", "offer"),
    [
        pytest.param(MOVED, PLACEMENT, MOVED, id="kept"),
        pytest.param(MOVED, {"vmSizes": [H100]}, None, id="no longer offered"),
    ],
)
def test_a_granted_offer_comes_first_while_the_specification_has_it(granted, placement, offer):
    spec = a_spec(placement=placement)
    update = a_request(
        OperationKind.UPDATE,
        3,
        spec=spec,
        placements={"westeurope": CellPlacement(offer=granted)},
        may_change_offers=True,
    )
    assert update.granted_offer("westeurope") == offer
    others = [each for each in list_offers(spec, "westeurope") if each != offer]
    assert update.offers_of("westeurope") == (*([offer] if offer else []), *others)


def test_a_cell_that_had_a_single_offer_is_where_its_specification_says():
    """Its record has no placement; alternatives that come later find it nevertheless."""
    single = a_record(a_request())
    failed = end_operation(
        single,
        OperationEnd(operation_id="fraud-llm.1", phase=Phase.FAILED, outcome=QUOTA, at=NOON),
    )
    decision = request(failed, OperationKind.UPDATE)
    assert isinstance(decision, Start)
    assert decision.request.kind is OperationKind.PROVISION
    assert decision.request.built_in("westeurope") == "westeurope"
    assert decision.request.granted_offer("westeurope") is None
    assert a_request(spec=SPEC).built_in("westeurope") is None, "nothing exists before the first"


def test_what_a_ready_cell_has_is_granted():
    record = ready()
    decision = request(record, OperationKind.UPDATE, owner="other@example.com")
    assert isinstance(decision, Start)
    assert decision.request.granted_offer("westeurope") == FIRST


def test_a_deletion_covers_every_region_that_a_cell_may_be_in():
    record = recorded(provisioning(), *MOVE)
    decision = request(record, OperationKind.DELETE)
    assert isinstance(decision, Start)
    started = start_operation(record, decision.request, NOON)
    assert started
    names = {step.name for step in started.operations[-1].steps}
    assert {"cell/westeurope/resourceGroup", "cell/northeurope/resourceGroup"} <= names


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"placement": {"vmSizes": [H100]}}, "placement.regions"),
        ({"placement": {"regions": ["northeurope"]}}, None),
    ],
)
def test_an_alternative_in_use_cannot_be_taken_away(change: dict[str, Any], field: str | None):
    record = ready(*MOVE, attempt(SUCCEEDED, MOVED))
    decision = request(record, OperationKind.UPDATE, **change)
    assert (decision.target if isinstance(decision, Refused) else None) == field


def test_a_size_in_use_cannot_be_taken_away():
    record = ready(attempt(RUNNING, OTHER_SIZE), attempt(SUCCEEDED, OTHER_SIZE))
    decision = request(record, OperationKind.UPDATE, placement={})
    assert isinstance(decision, Refused)
    assert decision.target == "placement"


def test_other_regions_are_the_only_change_that_is_named():
    """Alternatives of a cell that is to go are lost with it."""
    record = ready(*MOVE, attempt(SUCCEEDED, MOVED))
    decision = request(record, OperationKind.UPDATE, regions=["swedencentral"], placement={})
    assert isinstance(decision, Refused)
    assert (decision.target, decision.message.partition(" cannot")[0]) == ("regions", "regions")


def test_what_several_cells_lose_is_named_once():
    spec = a_spec(regions=["westeurope", "swedencentral"], placement=PLACEMENT)
    second = list_offers(spec, "swedencentral")[1]
    placements = {
        "westeurope": CellPlacement(offer=OTHER_SIZE),
        "swedencentral": CellPlacement(offer=second),
    }
    record = ready().model_copy(update={"spec": spec, "placements": placements})
    regions = ["westeurope", "swedencentral"]
    decision = request(record, OperationKind.UPDATE, regions=regions, placement={})
    assert isinstance(decision, Refused)
    assert decision.message.startswith("placement cannot be changed")


def test_an_environment_without_alternatives_has_its_regions():
    assert a_record().regions == ("westeurope",)
