import pytest

from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord
from domain.guard.policy.access import read_access_rules
from domain.requests.app_roles import AppRole
from domain.requests.command import CANCEL, RETRY, Command, CommandKind
from domain.requests.command_decision import decide
from domain.requests.decision import Forbidden, Foreign, Refused, Start
from domain.requests.principal import Principal
from domain.requests.scopes import (
    EVERYTHING,
    OPEN,
    AccessRules,
    CallerScope,
    find_scope,
    find_sender_scope,
)
from tests.support.callers import ML, RISK
from tests.support.callers import TWO_TEAMS as POLICY
from tests.support.specs import a_record, a_spec

TWO_TEAMS = read_access_rules(POLICY)
ADMIN = frozenset({str(AppRole.ADMIN)})
MINE, THEIRS = CallerScope(frozenset({"ML-1234"})), CallerScope(frozenset({"RISK-7"}))


@pytest.mark.parametrize(
    ("principal", "rules", "expected"),
    [
        pytest.param(None, TWO_TEAMS, EVERYTHING, id="no authentication"),
        pytest.param(Principal(), OPEN, EVERYTHING, id="no groups in the policy"),
        pytest.param(
            Principal(),
            AccessRules({"ML-1234": frozenset()}, {}),
            EVERYTHING,
            id="cost centers without groups",
        ),
        pytest.param(Principal(groups=frozenset({ML})), TWO_TEAMS, MINE, id="one group"),
        pytest.param(
            Principal(groups=frozenset({ML, RISK, "x"})),
            TWO_TEAMS,
            CallerScope(frozenset({"ML-1234", "RISK-7"})),
            id="both",
        ),
        pytest.param(Principal(), TWO_TEAMS, CallerScope(frozenset()), id="in no group"),
        pytest.param(Principal(roles=ADMIN, groups=None), TWO_TEAMS, EVERYTHING, id="admin"),
    ],
)
def test_a_caller_sees_the_cost_centers_of_its_groups(
    principal: Principal | None, rules: AccessRules, expected: CallerScope
):
    assert find_scope(principal, rules) == expected


def test_groups_that_a_token_leaves_out_are_not_taken_for_none():
    problem = find_scope(Principal(groups=None), TWO_TEAMS)
    assert not isinstance(problem, CallerScope)
    assert problem.code == "GroupsUnknown"
    assert find_scope(Principal(groups=None), OPEN) == EVERYTHING, "nothing depends on them"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("/portals/ml", MINE),
        ("/portals/ml2", CallerScope(frozenset())),
        ("/portals/risk/7", THEIRS),
        ("", CallerScope(frozenset())),
    ],
)
def test_a_sender_speaks_for_the_cost_centers_that_name_it(source: str, expected: CallerScope):
    assert find_sender_scope(source, TWO_TEAMS) == expected
    assert find_sender_scope(source, OPEN) == EVERYTHING


def record_of(cost_center: str, phase: Phase = Phase.READY) -> EnvironmentRecord:
    record = a_record()
    spec = record.spec.model_copy(update={"cost_center": cost_center})
    return record.model_copy(update={"phase": phase, "spec": spec})


@pytest.mark.parametrize("kind", [*OperationKind, RETRY, CANCEL])
def test_an_environment_of_others_does_not_exist(kind: CommandKind):
    spec = a_spec() if kind in (OperationKind.PROVISION, OperationKind.UPDATE) else None
    decision = decide(record_of("RISK-7"), Command(kind, "fraud-llm", spec, scope=MINE))
    if kind is OperationKind.PROVISION:
        assert isinstance(decision, Refused)
        assert (decision.code, decision.operation_id) == ("EnvironmentExists", None)
        assert "RISK" not in decision.message
    else:
        assert isinstance(decision, Foreign)


def test_a_name_that_others_have_given_up_is_free():
    command = Command(OperationKind.PROVISION, "fraud-llm", a_spec(), scope=MINE)
    assert isinstance(decide(record_of("RISK-7", Phase.DELETED), command), Start)


@pytest.mark.parametrize("kind", [OperationKind.PROVISION, OperationKind.UPDATE])
def test_nothing_is_built_for_a_cost_center_of_others(kind: OperationKind):
    record = None if kind is OperationKind.PROVISION else record_of("ML-1234")
    spec = a_spec(costCenter="RISK-7")
    decision = decide(record, Command(kind, "fraud-llm", spec, scope=MINE))
    assert isinstance(decision, Forbidden)
    assert (decision.code, decision.target) == ("CostCenterNotAllowed", "costCenter")
    assert "ML-1234" in decision.message
