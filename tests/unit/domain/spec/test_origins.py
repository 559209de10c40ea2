"""Origins are private where they can be, and a deployment may insist on it."""

from typing import Any

import pytest

from domain.problem import Problem
from domain.spec.model import EnvironmentSpec, OriginAccess
from domain.spec.validation import parse_spec
from tests.support.specs import a_policy, spec_body

PREMIUM = {"sku": "Premium_AzureFrontDoor"}
STANDARD = {"sku": "Standard_AzureFrontDoor"}
PRIVATE_ONLY = a_policy(allows_http_origins=False)


def parse(edge: dict[str, Any] | None, **changes: Any) -> EnvironmentSpec:
    body = spec_body(**({} if edge is None else {"edge": edge}), **changes)
    parsed = parse_spec(body, a_policy())
    assert isinstance(parsed, EnvironmentSpec)
    return parsed


@pytest.mark.parametrize(
    ("edge", "origin"),
    [
        (None, OriginAccess.PUBLIC),
        (STANDARD, OriginAccess.PUBLIC),
        (PREMIUM, OriginAccess.PRIVATE_LINK),
        ({**PREMIUM, "origin": "public"}, OriginAccess.PUBLIC),
        ({**PREMIUM, "origin": "privateLink"}, OriginAccess.PRIVATE_LINK),
    ],
)
def test_private_link_is_the_default_with_premium(
    edge: dict[str, Any] | None, origin: OriginAccess
):
    parsed = parse(edge)
    assert parsed.edge.origin is origin
    assert EnvironmentSpec.from_wire(parsed.to_wire()) == parsed


def test_an_environment_of_before_keeps_its_public_origins():
    stored = spec_body(edge={**PREMIUM, "wafMode": "Prevention"})
    assert EnvironmentSpec.from_wire(stored).edge.origin is OriginAccess.PUBLIC


@pytest.mark.parametrize("edge", [None, STANDARD, {**PREMIUM, "origin": "public"}])
def test_a_deployment_may_refuse_plain_http(edge: dict[str, Any] | None):
    body = spec_body(**({} if edge is None else {"edge": edge}))
    parsed = parse_spec(body, PRIVATE_ONLY)
    assert isinstance(parsed, list)
    (problem,) = parsed
    assert (problem.code, problem.target) == ("HttpOriginsNotAllowed", "edge.origin")
    assert "use privateLink, with sku Premium_AzureFrontDoor" in problem.message


@pytest.mark.parametrize("edge", [PREMIUM, {**PREMIUM, "origin": "privateLink"}])
def test_private_origins_are_allowed_everywhere(edge: dict[str, Any]):
    assert isinstance(parse_spec(spec_body(edge=edge), PRIVATE_ONLY), EnvironmentSpec)


def test_an_edge_that_is_wrong_is_reported_for_what_is_wrong():
    parsed = parse_spec(spec_body(edge={"origin": "secret"}), PRIVATE_ONLY)
    assert parsed == [Problem("InvalidValue", "Use 'public' or 'privateLink'.", "edge.origin")]


@pytest.mark.parametrize(
    ("changes", "target"),
    [
        ({"regions": ["Atlantis"]}, "regions[0]"),
        ({"placement": {"regions": ["atlantis"]}}, "placement.regions[0]"),
    ],
)
def test_a_region_that_private_link_cannot_be_near_is_named(changes: dict[str, Any], target: str):
    policy = a_policy(("westeurope", "atlantis"))
    body = spec_body(edge=PREMIUM, **changes)
    parsed = parse_spec(body, policy)
    assert isinstance(parsed, list)
    assert [(each.code, each.target) for each in parsed] == [("PrivateLinkRegionUnknown", target)]
    public = parse_spec({**body, "edge": {**PREMIUM, "origin": "public"}}, policy)
    assert isinstance(public, EnvironmentSpec)
