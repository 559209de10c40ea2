"""Which paths of a route still lead the probe to the model."""

import pytest

from domain.arm.kept_settings import may_stay
from tests.support.specs import a_spec


@pytest.mark.parametrize(
    ("patterns", "path", "stays"),
    [
        (["/*"], "/health", True),
        (["/v1/*"], "/v1/ready", True),
        (["/V1/*"], "/v1/Ready", True),
        (["/v1/*"], "/v1x", False),
        (["/v1/ready"], "/v1/ready?full=1", True),
        (["/ready"], "/ready/deep", False),
        (["/ready", "/v2/*"], "/health", False),
    ],
)
def test_patterns_of_others_stay_if_the_probe_gets_through(
    patterns: list[str], path: str, stays: bool
):
    spec = a_spec(workload={"image": "llm", "healthPath": path})
    assert may_stay("route", "properties.patternsToMatch", spec, patterns) is stays
