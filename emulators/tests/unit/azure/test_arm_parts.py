"""Routing, signed addresses, resources, shapes and tokens."""

from datetime import UTC, datetime
from typing import Any

import pytest

from emulators.azure.arm.answers import Answer, ArmError
from emulators.azure.arm.poll_urls import PollUrls
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource, Resources
from emulators.azure.arm.routing import GROUP, ApiVersions, Route, Routes
from emulators.azure.arm.shapes import Each, Shape, Values, mismatch
from emulators.azure.identity import Tokens, bearer_token

NOW = datetime(2026, 11, 22, tzinfo=UTC)
VERSIONS = ApiVersions("2020-01-01", "2026-01-01", ("2026-01-01",))
PROFILE = f"{GROUP}/providers/Microsoft.Cdn/profiles/{{profile}}"


async def answer(request: ArmRequest) -> Answer:
    return Answer(200)


@pytest.fixture
def routes() -> Routes:
    return Routes([Route("GET", PROFILE, answer, VERSIONS)])


def test_names_keep_their_case_and_literal_parts_ignore_it(routes: Routes) -> None:
    path = "/SUBSCRIPTIONS/s/resourcegroups/My-Group/PROVIDERS/microsoft.CDN/Profiles/My-Edge/"
    match = routes.find("GET", path, "2026-01-01")
    assert match.params == {"subscription": "s", "group": "My-Group", "profile": "My-Edge"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("PUT", "Microsoft.Cdn/profiles/x", 405, id="method"),
        pytest.param("GET", "Microsoft.Cdn/things/x", 404, id="type"),
        pytest.param("GET", "Microsoft.Other/profiles/x", 404, id="namespace"),
        pytest.param("GET", "Microsoft.Cdn", 404, id="nothing"),
    ],
)
def test_what_no_route_answers_is_refused(
    routes: Routes, method: str, path: str, status: int
) -> None:
    with pytest.raises(ArmError) as caught:
        routes.find(method, f"/subscriptions/s/resourceGroups/g/providers/{path}", "2026-01-01")
    assert caught.value.answer.status == status


@pytest.mark.parametrize(
    ("version", "supported"),
    [
        pytest.param("2026-01-01", True, id="newest"),
        pytest.param("2025-10-02-preview", True, id="preview"),
        pytest.param("2019-12-31", False, id="too old"),
        pytest.param("2026-01-02", False, id="too new"),
    ],
)
def test_api_versions_are_a_range_of_dates(version: str, supported: bool) -> None:
    assert VERSIONS.supports(version) is supported


def test_a_signed_address_is_long_and_changes_break_it() -> None:
    urls = PollUrls()
    url = urls.signed("https://127.0.0.1", "/operations/1", "2025-03-01", NOW)
    query = dict(part.split("=", 1) for part in url.partition("?")[2].split("&"))
    assert len(url) > 2500
    assert set(query) == {"api-version", "t", "c", "s", "h"}
    assert urls.is_intact("/operations/1", query)
    assert not urls.is_intact("/operations/2", query)
    assert not urls.is_intact("/operations/1", {**query, "api-version": "2026-08-01"})
    assert urls.is_intact("/operations/1", {"api-version": "2025-03-01"})


def resource(path: str, resource_type: str) -> Resource:
    return Resource(path, resource_type, path.rpartition("/")[2], NOW, "Succeeded", {})


def test_a_resource_goes_with_all_that_lies_below_it_children_first() -> None:
    resources = Resources()
    gone: list[str] = []
    for path, kind in [
        ("/subscriptions/s/resourceGroups/g/providers/N/a/1", "N/a"),
        ("/subscriptions/s/resourceGroups/g/providers/N/a/1/b/2", "N/a/b"),
        ("/subscriptions/s/resourceGroups/g/providers/N/a/1/b/2/c/3", "N/a/b/c"),
        ("/subscriptions/s/resourceGroups/g/providers/N/a/11", "N/a"),
    ]:
        each = resource(path, kind)
        each.on_removed = lambda name=each.name: gone.append(name)
        resources.add(each)
    top = resources.get("/SUBSCRIPTIONS/s/resourcegroups/G/providers/n/A/1")
    assert top is not None
    assert [each.name for each in resources.children(top.id, "n/a/b")] == ["2"]
    resources.remove(top)
    assert gone == ["3", "2", "1"]
    assert [each.name for each in resources.all()] == ["11"]
    assert not resources.holds(top)


POOL: Shape = {
    "count": int,
    "labels": Values(str),
    "taints": Each(str),
    "on": bool,
    "price": float,
}


@pytest.mark.parametrize(
    ("value", "path", "wanted"),
    [
        pytest.param({"count": 1, "labels": {"a": "b"}, "taints": ["x"]}, None, None, id="fits"),
        pytest.param({"count": None, "other": []}, None, None, id="null and unknown"),
        pytest.param({"price": 1}, None, None, id="an integer is a number"),
        pytest.param([], "", "object", id="no object"),
        pytest.param({"count": "1"}, "count", "int", id="text for a number"),
        pytest.param({"count": True}, "count", "int", id="true for a number"),
        pytest.param({"on": 1}, "on", "bool", id="number for true"),
        pytest.param({"taints": "x"}, "taints", "array", id="text for a list"),
        pytest.param({"taints": ["x", 1]}, "taints[1]", "string", id="number in a list"),
        pytest.param({"taints": [None]}, "taints", "object without null", id="null in a list"),
        pytest.param({"labels": {"a": 1}}, "labels.a", "string", id="number in a map"),
    ],
)
def test_values_of_a_wrong_type_are_found_with_their_place(
    value: Any, path: str | None, wanted: str | None
) -> None:
    found = mismatch(value, POOL)
    assert (found and found.path, found and found.wanted) == (path, wanted)


def test_a_token_ends_and_is_good_for_its_audience_only() -> None:
    now = [1_000_000.0]
    tokens = Tokens("tenant", "principal", "client", lambda: now[0])
    token = tokens.issue("https://management.azure.com/")
    assert tokens.audience_of(token.value) == "https://management.azure.com"
    assert tokens.audience_of(f"{token.value}x") is None
    assert Tokens("tenant", "principal", "client").audience_of(token.value) is None
    now[0] = token.expires_on
    assert tokens.audience_of(token.value) is None


@pytest.mark.parametrize(
    ("header", "token"),
    [
        pytest.param("Bearer abc", "abc", id="bearer"),
        pytest.param("bearer abc", "abc", id="lower case"),
        pytest.param("Basic abc", None, id="other scheme"),
        pytest.param("Bearer", None, id="nothing"),
        pytest.param(None, None, id="no header"),
    ],
)
def test_a_bearer_token_is_read_from_its_header(header: str | None, token: str | None) -> None:
    assert bearer_token(header) == token
