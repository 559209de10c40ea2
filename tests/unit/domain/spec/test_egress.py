"""Where a model may connect to, and which headers its health path gets."""

from typing import Any

import pytest

from domain.spec.model import EnvironmentSpec
from domain.spec.validation import parse_spec
from tests.support.specs import a_policy, spec_body


def parse(**workload: Any) -> EnvironmentSpec | dict[str, str]:
    body = spec_body(workload={**spec_body()["workload"], **workload})
    parsed = parse_spec(body, a_policy())
    return {p.target: p.message for p in parsed} if isinstance(parsed, list) else parsed


@pytest.mark.parametrize(
    ("egress", "target", "fix"),
    [
        ({"mode": "all"}, "workload.egress.mode", "Use 'any' or 'restricted'."),
        (
            {"mode": "restricted", "cidrs": ["10.0.0.1/8"]},
            "workload.egress.cidrs[0]",
            "'10.0.0.1/8' is no range of IPv4 addresses: use one such as 203.0.113.0/24, without "
            "host bits.",
        ),
        ({"mode": "restricted", "cidrs": ["::/0"]}, "workload.egress.cidrs[0]", "IPv4"),
        (
            {"mode": "restricted", "cidrs": ["10.0.0.0/8"] * 2},
            "workload.egress.cidrs",
            "List each range once.",
        ),
        ({"cidrs": ["10.0.0.0/8"]}, "workload.egress.cidrs", "set mode to restricted"),
        ({"ranges": []}, "workload.egress.ranges", "Known fields: mode, cidrs"),
    ],
)
def test_what_is_wrong_with_egress_is_named(egress: dict[str, Any], target: str, fix: str):
    found = parse(egress=egress)
    assert isinstance(found, dict)
    assert fix in found[target]


@pytest.mark.parametrize("headers", [{"X-Probe": "1"}, {"x-a": "a b", "X-B-2": "%"}, {}])
def test_headers_of_health_requests_are_taken(headers: dict[str, str]):
    spec = parse(healthHeaders=headers)
    assert isinstance(spec, EnvironmentSpec)
    assert spec.workload.health_headers == headers


@pytest.mark.parametrize(
    "headers", [{"Host": "a"}, {"X-": "a"}, {"X-A": ""}, {"X-A": "a\nb"}, {"X-A": " a"}]
)
def test_headers_that_others_set_or_that_end_a_line_are_refused(headers: dict[str, str]):
    found = parse(healthHeaders=headers)
    assert isinstance(found, dict)
    assert all(target.startswith("workload.healthHeaders") for target in found)
