"""Groups and senders of cost centers, as rules that requests are held to."""

from domain.guard.policy.access import read_access_rules
from tests.support.policies import a_file

GROUP = "6f6f6f6f-0000-4000-8000-000000000001"


def test_each_cost_center_has_the_groups_and_senders_of_the_file():
    centers = {
        "ML-1234": {"groups": [GROUP], "senders": ["/portals/ml", "/portals/ml-eu"]},
        "RISK-7": {"budget": {"perMonth": 10}},
    }
    rules = read_access_rules(a_file(costCenters=centers))
    assert rules.groups == {"ML-1234": frozenset({GROUP}), "RISK-7": frozenset()}
    assert rules.senders == {
        "ML-1234": frozenset({"/portals/ml", "/portals/ml-eu"}),
        "RISK-7": frozenset(),
    }


def test_a_file_without_cost_centers_binds_nobody():
    rules = read_access_rules(a_file())
    assert (rules.groups, rules.senders) == ({}, {})
