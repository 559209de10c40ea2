"""GPU nodes that a wake or a repair asks for, and whether Azure would grant them."""

from typing import Any

import pytest

from domain.environment.operation import OperationKind
from domain.environment.operation_request import OperationRequest
from domain.environment.record import CellState, EnvironmentRecord
from domain.guard.capacity import find_wanted_nodes, refuse_capacity
from domain.guard.situation import Situation
from domain.placement.offers import list_offers
from tests.support.markets import A100_FAMILY, a_market
from tests.support.specs import a_request, a_spec
from tests.unit.domain.environment.test_record import a_ready_record, a_sleeping_record

WEST = "westeurope"
A100, H100 = "Standard_NC24ads_A100_v4", "Standard_NC40ads_H100_v5"
H100_FAMILY = "StandardNCadsH100v5Family"
SPEC = a_spec(placement={"vmSizes": [H100]})


def asleep() -> EnvironmentRecord:
    return a_sleeping_record().model_copy(update={"cells": (CellState(region=WEST, nodes=0),)})


def a_repair(**changes: Any) -> OperationRequest:
    return a_request(OperationKind.REPAIR, 3, spec=SPEC, may_change_offers=True, **changes)


def situation(record: EnvironmentRecord | None, **market: Any) -> Situation:
    return Situation({WEST: a_market(**market)}, record)


WAKE = a_request(OperationKind.WAKE, 3)
NONE_LEFT, ONE_LEFT = {A100_FAMILY: (0, 23)}, {A100_FAMILY: (0, 24)}


@pytest.mark.parametrize(
    ("request_", "record"),
    [
        (WAKE, None),
        (WAKE, a_ready_record()),
        (a_request(OperationKind.REPAIR, 3), a_ready_record()),
    ],
    ids=["no such environment", "nothing is kept of its pool", "a repair of what may serve"],
)
def test_no_nodes_are_asked_for(request_: OperationRequest, record: EnvironmentRecord | None):
    known = situation(record, sizes=(), quota=NONE_LEFT)
    assert find_wanted_nodes(request_, known) == []
    assert refuse_capacity(request_, known) is None


def test_a_wake_asks_for_the_nodes_that_its_pool_had_whatever_is_offered_by_now():
    (wanted,) = find_wanted_nodes(WAKE, situation(asleep(), sizes=()))
    assert (wanted.offer.vm_size, wanted.first_nodes) == (A100, 2)
    assert [(each.name, each.required) for each in wanted.checks] == [
        (A100_FAMILY, 120),
        ("cores", 120),
    ]


@pytest.mark.parametrize(("left", "is_refused"), [(48, False), (47, True)])
def test_a_wake_is_refused_without_quota_for_its_first_nodes(left: int, is_refused: bool):
    refused = refuse_capacity(WAKE, situation(asleep(), quota={A100_FAMILY: (52, 52 + left)}))
    assert (refused is not None) is is_refused
    if refused:
        assert (refused.code, refused.target) == ("QuotaExceeded", "gpu.vmSize")


def test_a_wake_into_a_region_that_was_not_read_is_checked_as_a_plan_is():
    unread = Situation({}, asleep())
    (wanted,) = find_wanted_nodes(WAKE, unread)
    assert wanted.first_nodes is None
    assert wanted.checks
    assert refuse_capacity(WAKE, unread) is None, "what is unknown blocks nothing"


@pytest.mark.parametrize(
    ("quota", "chosen"),
    [
        pytest.param({}, A100, id="both are granted"),
        pytest.param(NONE_LEFT, H100, id="the second one is"),
        pytest.param(ONE_LEFT, A100, id="what is granted with a warning counts"),
        pytest.param({**NONE_LEFT, H100_FAMILY: (0, 1)}, A100, id="none is: the first"),
    ],
)
def test_a_repair_asks_for_the_first_offer_that_is_granted(
    quota: dict[str, tuple[int, int]], chosen: str
):
    record = a_ready_record().model_copy(update={"spec": SPEC})
    known = situation(record, quota=quota)
    (wanted,) = find_wanted_nodes(a_repair(), known)
    assert (wanted.offer.vm_size, wanted.first_nodes) == (chosen, None)
    refused = refuse_capacity(a_repair(), known)
    assert (refused is not None) is (len(quota) == 2)


def test_a_wake_is_of_the_region_where_its_pool_is_kept():
    spec = a_spec(placement={"regions": ["uksouth"]})
    assert len(list_offers(spec, WEST)) == 2
    record = asleep().model_copy(update={"spec": spec})
    wake = a_request(OperationKind.WAKE, 3, spec=spec, may_change_offers=True)
    (wanted,) = find_wanted_nodes(wake, situation(record))
    assert wanted.offer.region == WEST
