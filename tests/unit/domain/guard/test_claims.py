"""Ledgers: claims never exceed what is left, whatever order requests come in."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.environment.operation import StepChange
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord, OperationEnd
from domain.environment.transitions import end_operation, record_step
from domain.guard.claims import (
    AZURE_COUNTS_AFTER,
    CLAIM_LIFETIME,
    Claim,
    ClaimRequest,
    Ledger,
    OpenClaims,
    decide_claim,
    find_open,
    release_claim,
    sum_claims,
)
from domain.outcomes import Outcome, Status
from tests.support.specs import NOON, a_record, a_request, a_spec

WEST = "westeurope"


def a_claim(
    number: int = 1, amount: float = 24, at: datetime = NOON, part: str = "a", name: str = "cores"
) -> Claim:
    operation = f"env-{number}.1"
    return Claim(
        id=f"{operation}.{part}",
        operation_id=operation,
        amounts={name: amount},
        at=at,
        expires_at=at + CLAIM_LIFETIME,
    )


def ask(
    ledger: Ledger, claim: Claim, room: float = 24, counted: tuple[str, ...] = ()
) -> tuple[Ledger, bool | None]:
    after = decide_claim(ledger, ClaimRequest(claim=claim, room={"cores": room}, counted=counted))
    return after, after.find_answer(claim)


def test_of_two_that_race_for_the_last_one_is_refused():
    ledger, first = ask(Ledger(), a_claim(1))
    ledger, second = ask(ledger, a_claim(2))
    assert (first, second) == (True, False)
    assert [each.operation_id for each in ledger.granted] == ["env-1.1"]


def test_a_repetition_claims_once():
    ledger, _ = ask(Ledger(), a_claim(1))
    again, answer = ask(ledger, a_claim(1, at=NOON + timedelta(seconds=1)))
    assert answer is True
    assert len(again.granted) == 1


def test_a_repetition_waits_for_its_own_answer():
    ledger, _ = ask(Ledger(), a_claim(1))
    assert ledger.find_answer(a_claim(1, at=NOON + timedelta(seconds=1))) is None


def test_requests_for_the_same_environment_are_alternatives():
    ledger, _ = ask(Ledger(), a_claim(1, part="a"))
    ledger, other = ask(ledger, a_claim(1, part="b"))
    assert other is True, "one of them starts"
    _, third = ask(ledger, a_claim(2, amount=1))
    assert third is False


def test_a_claim_that_the_view_has_is_not_counted_twice():
    ledger, _ = ask(Ledger(), a_claim(1))
    _, answer = ask(ledger, a_claim(2), room=24, counted=("env-1.1",))
    assert answer is True


def test_a_claim_of_a_request_that_died_blocks_nothing_after_its_end():
    ledger, _ = ask(Ledger(), a_claim(1))
    _, answer = ask(ledger, a_claim(2, at=NOON + CLAIM_LIFETIME))
    assert answer is True


def test_a_released_claim_blocks_nothing():
    ledger, _ = ask(Ledger(), a_claim(1))
    ledger = release_claim(ledger, "env-1.1.a", NOON)
    assert ask(ledger, a_claim(2))[1] is True
    assert release_claim(ledger, "env-9.1.a", NOON) == ledger


def test_a_release_keeps_what_others_were_answered_and_nothing_that_expired():
    ledger, _ = ask(Ledger(), a_claim(1))
    for number in (2, 3):
        ledger, _ = ask(ledger, a_claim(number))
    after = release_claim(ledger, "env-2.1.a", NOON)
    assert [each.id for each in after.refused] == ["env-3.1.a"]
    assert after.granted == ledger.granted
    assert release_claim(ledger, "env-2.1.a", NOON + CLAIM_LIFETIME) == Ledger()


def test_the_claims_of_others_add_up():
    claims = (a_claim(1), a_claim(2), a_claim(3, amount=8))
    assert OpenClaims(claims).sum_for_others("env-1") == {"cores": 32}


def test_what_is_not_in_the_room_is_not_granted():
    claim = a_claim(1, name="other")
    assert ask(Ledger(), claim)[1] is False


@given(
    st.lists(st.tuples(st.integers(1, 8), st.integers(0, 40)), max_size=30),
    st.integers(0, 200),
)
def test_granted_claims_never_exceed_the_room(asked: list[tuple[int, int]], room: int) -> None:
    """Each operation once: those of one operation are alternatives, of which the last holds."""
    ledger = Ledger()
    for number, amount in asked:
        before = sum_claims(ledger.granted).get("cores", 0)
        ledger, answer = ask(ledger, a_claim(number, amount), room)
        own = sum_claims(each for each in ledger.granted if each.operation_id == f"env-{number}.1")
        others = sum_claims(ledger.granted).get("cores", 0) - own.get("cores", 0)
        assert answer is (amount <= 0 or others + amount <= room)
        assert sum_claims(ledger.granted).get("cores", 0) <= max(room, before)
    assert sum_claims(ledger.granted).get("cores", 0) <= room


@given(st.permutations(range(1, 11)))
def test_of_ten_in_any_order_as_many_fit_as_there_is_room_for(order: list[int]) -> None:
    ledger, granted = Ledger(), 0
    for number in order:
        ledger, answer = ask(ledger, a_claim(number), 24 * 3)
        granted += answer is True
    assert granted == 3


def open_claims(
    record: EnvironmentRecord | None,
    region: str | None,
    now: datetime = NOON,
    read_at: datetime | None = None,
    operation: str = "fraud-llm.1",
    claimed_at: datetime = NOON,
) -> list[str]:
    claim = a_claim(1, at=claimed_at).model_copy(
        update={"operation_id": operation, "expires_at": NOON + timedelta(days=1)}
    )
    known: Mapping[str, EnvironmentRecord] = {record.name: record} if record else {}
    found = find_open(Ledger(granted=(claim,)), known, region, now, read_at)
    assert len(found.claims) + len(found.counted) == 1
    return [each.operation_id for each in found.claims]


def with_cluster_asked(record: EnvironmentRecord, at: datetime = NOON) -> EnvironmentRecord:
    change = StepChange(
        operation_id="fraud-llm.1",
        step="cell/westeurope/managedCluster",
        status=Status.RUNNING,
        at=at,
    )
    return record_step(record, change)


@pytest.mark.parametrize("region", [None, WEST])
def test_a_claim_is_open_until_its_operation_is_on_record(region: str | None):
    assert open_claims(None, region) == ["fraud-llm.1"]
    assert open_claims(a_record(a_request(spec=a_spec())), region) == []


def test_quota_stays_claimed_until_azure_can_have_counted_it():
    asked = with_cluster_asked(a_record())
    assert open_claims(asked, WEST) == ["fraud-llm.1"]
    assert open_claims(asked, WEST, NOON + AZURE_COUNTS_AFTER) == []
    assert open_claims(asked, None) == []
    end = OperationEnd(
        operation_id="fraud-llm.1", phase=Phase.READY, outcome=Outcome.succeeded(), at=NOON
    )
    assert open_claims(end_operation(asked, end), WEST) == ["fraud-llm.1"], "it was quick"


@pytest.mark.parametrize(
    ("read_after", "is_open"), [(-60, True), (5, True), (6, False), (99, False)]
)
def test_quota_stays_claimed_until_it_is_in_usages_that_were_read(read_after: int, is_open: bool):
    """`read_after`: seconds since Azure was asked."""
    asked, now = with_cluster_asked(a_record()), NOON + timedelta(hours=1)
    read_at = NOON + timedelta(seconds=read_after)
    assert open_claims(asked, WEST, now, read_at) == (["fraud-llm.1"] if is_open else [])
    assert open_claims(asked, None, now, read_at) == [], "a budget goes by records"


def test_a_claim_that_expired_since_usages_were_read_is_not_in_them():
    claim = a_claim(1, name="cores").model_copy(update={"expires_at": NOON})
    now, read_at = NOON + timedelta(seconds=5), NOON - timedelta(seconds=5)
    assert find_open(Ledger(granted=(claim,)), {}, WEST, now).claims == ()
    assert find_open(Ledger(granted=(claim,)), {}, WEST, now, read_at).claims == (claim,)


def test_usages_of_a_clock_that_is_ahead_are_those_of_now():
    asked, later = with_cluster_asked(a_record()), NOON + timedelta(hours=1)
    assert open_claims(asked, WEST, NOON, later) == ["fraud-llm.1"]


def test_a_claim_of_an_operation_that_is_still_to_start_is_open():
    assert open_claims(a_record(), WEST, operation="fraud-llm.2") == ["fraud-llm.2"]


@pytest.mark.parametrize(
    ("began_after", "claimed_before", "is_open"),
    [(0, 60, True), (-1, 60, True), (-6, 0, False), (1, 6, False), (1, 5, True)],
)
def test_the_time_of_a_clock_that_is_ahead_gives_way_to_that_of_the_claim(
    began_after: int, claimed_before: int, is_open: bool
):
    """Seconds: from now until the request for the cluster, from the claim until now."""
    asked = with_cluster_asked(a_record(), NOON + timedelta(seconds=began_after))
    claimed_at = NOON - timedelta(seconds=claimed_before)
    found = open_claims(asked, WEST, claimed_at=claimed_at)
    assert found == (["fraud-llm.1"] if is_open else [])
