"""Routes of a gateway that leads a share of the requests to a new version."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from domain.outcomes import Failure
from domain.serving.failures import profile_missing, tokens_not_configured, version_unreachable
from domain.serving.gateway.routes import build_routes, build_version_probes, describe_routes
from domain.serving.gateway.settings import GatewayState, ModelAddress, NextVersion, RouteSettings
from tests.support.gateway.rendered import example_settings

NEXT = NextVersion(weight=10, model_name="fraud-llm", model_version="8")
SERVING = GatewayState.SERVING


def settings(**changes: Any) -> RouteSettings:
    given = {"model_name": "fraud-llm", "model_version": "7", "next_host": "next-host", **changes}
    return replace(example_settings(), **given)


def routes(next_version: NextVersion | None = NEXT, **changes: Any) -> dict[str, Any]:
    resource = build_routes(settings(**changes), SERVING, next_version)["resources"][0]
    (host,) = resource["virtual_hosts"]
    assert [each["name"] for each in host["routes"]] == [
        "health",
        *(["next-invocation"] if next_version else []),
        "invocation",
    ]
    return {each["name"]: each for each in host["routes"]}


def test_a_share_goes_to_the_new_version_and_all_else_to_the_old_one():
    new, old = routes()["next-invocation"], routes()["invocation"]
    assert new["match"] == {
        "prefix": "/",
        "runtime_fraction": {"default_value": {"numerator": 10, "denominator": "HUNDRED"}},
    }
    assert old["match"] == {"prefix": "/"}
    assert (new["route"].pop("cluster"), old["route"].pop("cluster")) == ("next", "model")
    assert new["route"] == old["route"], "timeouts and retries are the same"


def test_each_route_tells_the_version_that_it_leads_to():
    """The record of an invocation reads it there."""
    told = {
        name: route["metadata"]["filter_metadata"]["gridplane.version"]
        for name, route in routes(
            NextVersion(weight=10, model_name="other-llm", model_version="8")
        ).items()
    }
    old = {"model": "fraud-llm", "modelVersion": "7"}
    assert told == {
        "health": old,
        "next-invocation": {"model": "other-llm", "modelVersion": "8"},
        "invocation": old,
    }


def test_a_version_without_a_number_is_told_by_its_name_alone():
    found = routes(NextVersion(weight=10, model_name="fraud-llm", model_version=None))[
        "next-invocation"
    ]
    assert found["metadata"]["filter_metadata"]["gridplane.version"] == {"model": "fraud-llm"}


def test_a_gateway_tells_its_routes_by_state_and_share():
    assert describe_routes(SERVING, NEXT) == f"{SERVING}/10"
    assert describe_routes(SERVING) == SERVING.value
    assert build_routes(settings(), SERVING, NEXT)["version_info"] == f"{SERVING}/10"
    assert "next-invocation" not in routes(None)


def test_versions_are_probed_by_their_health_paths_before_any_request():
    model = ModelAddress("host", 8000, "/health", {"x-key": "%a%"})
    probes = build_version_probes(settings(model=model))
    assert [each["match"]["path"] for each in probes] == ["/next-health", "/model-health"]
    assert [each["route"] for each in probes] == [
        {"cluster": cluster, "prefix_rewrite": "/health", "timeout": "10s"}
        for cluster in ("next-health", "model-health")
    ]
    for each in probes:
        assert each["match"]["headers"] == [{"name": ":method", "string_match": {"exact": "GET"}}]
        assert each["request_headers_to_add"] == [
            {
                "header": {"key": "x-key", "value": "%%a%%"},
                "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
            }
        ]


@pytest.mark.parametrize(
    ("build", "reason", "retryable", "named"),
    [
        (partial(profile_missing, "/a-profile"), "FrontDoorProfileMissing", True, "/a-profile"),
        (tokens_not_configured, "TokensNotConfigured", False, "MODEL_AUDIENCE"),
        (
            partial(version_unreachable, ["west/a", "west/b"]),
            "VersionUnreachable",
            True,
            "through: west/a, west/b.",
        ),
    ],
    ids=["no profile", "no tenant", "an unreachable version"],
)
def test_a_gateway_that_cannot_be_built_says_why(
    build: Callable[[], Failure], reason: str, retryable: bool, named: str
):
    failure = build()
    assert (failure.reason, failure.retryable) == (reason, retryable)
    assert named in f"{failure.message} {failure.suggested_action}"
