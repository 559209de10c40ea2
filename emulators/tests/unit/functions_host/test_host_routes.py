"""Route templates match, refuse and win as they do in ASP.NET."""

import pytest

from emulators.functions_host.routes import Route, RouteError, RouteTable


@pytest.mark.parametrize(
    ("template", "path", "values"),
    [
        pytest.param("", "/", {}, id="root"),
        pytest.param("a/b", "/a/b", {}, id="literals"),
        pytest.param("a/b", "/A/B/", {}, id="case and last slash"),
        pytest.param("a/b", "/a", None, id="too short"),
        pytest.param("a", "/a/b", None, id="too long"),
        pytest.param("a.b", "/axb", None, id="a dot is a dot"),
        pytest.param("{id}", "/7", {"id": "7"}, id="parameter"),
        pytest.param("{id}", "/", None, id="parameter missing"),
        pytest.param("{my-id}", "/7", {"my-id": "7"}, id="name that is no Python name"),
        pytest.param("{id}", "/a%20b", {"id": "a b"}, id="decoded"),
        pytest.param("{id}", "/a%2Fb", {"id": "a%2Fb"}, id="encoded slash stays"),
        pytest.param("a/{id?}", "/a", {}, id="optional left out"),
        pytest.param("a/{id?}", "/a/7", {"id": "7"}, id="optional given"),
        pytest.param("a/{id=5}", "/a", {"id": "5"}, id="default"),
        pytest.param("a/{id=5}", "/a/6", {"id": "6"}, id="default overridden"),
        pytest.param("{*rest}", "/", {}, id="catch-all, nothing"),
        pytest.param("{*rest}", "/a/b/c", {"rest": "a/b/c"}, id="catch-all"),
        pytest.param("a/{**rest}", "/a/b/c", {"rest": "b/c"}, id="catch-all, two stars"),
        pytest.param("v{n}.{m}", "/v1.2", {"n": "1", "m": "2"}, id="several in one part"),
        pytest.param("{id:int}", "/7", {"id": "7"}, id="int"),
        pytest.param("{id:int}", "/-7", {"id": "-7"}, id="negative int"),
        pytest.param("{id:int}", "/x", None, id="no int"),
        pytest.param("{id:int}", "/%097%0A", {"id": "\t7\n"}, id="int between white space"),
        pytest.param("{id:int}", "/7%0A8", None, id="no int, though both lines are"),
        pytest.param("a", "/a%0A", None, id="a newline is no end"),
        pytest.param("{id}", "/a%0Ab", {"id": "a\nb"}, id="newline"),
        pytest.param("v{n}.{m}", "/v1%0A.2", {"n": "1\n", "m": "2"}, id="newline in a part"),
        pytest.param("{*rest}", "/a%0Ab/c", {"rest": "a\nb/c"}, id="newline in a catch-all"),
        pytest.param("{n:alpha}", "/ab%0A", {"n": "ab\n"}, id="alpha and a last newline"),
        pytest.param("{n:alpha}", "/a%0Ab", None, id="no alpha across lines"),
        pytest.param("{id:int}", "/3000000000", None, id="int too large"),
        pytest.param("{id:long}", "/3000000000", {"id": "3000000000"}, id="long"),
        pytest.param("{id:int?}", "/", {}, id="optional int left out"),
        pytest.param("{id:int?}", "/x", None, id="optional, but no int"),
        pytest.param("{id:int:min(5)}", "/4", None, id="two constraints"),
        pytest.param("{ok:bool}", "/True", {"ok": "True"}, id="bool"),
        pytest.param("{id:guid}", "/x", None, id="no guid"),
        pytest.param(
            "{id:guid}",
            "/5b5c0000-0000-0000-0000-000000000000",
            {"id": "5b5c0000-0000-0000-0000-000000000000"},
            id="guid",
        ),
        pytest.param("{x:decimal}", "/1.5", {"x": "1.5"}, id="decimal"),
        pytest.param("{d:datetime}", "/2026-03-01", {"d": "2026-03-01"}, id="datetime"),
        pytest.param("{d:datetime}", "/soon", None, id="no datetime"),
        pytest.param("{n:alpha}", "/ab1", None, id="no alpha"),
        pytest.param("{n:length(2)}", "/ab", {"n": "ab"}, id="exact length"),
        pytest.param("{n:length(2,3)}", "/abcd", None, id="length out of range"),
        pytest.param("{n:minlength(2)}", "/a", None, id="too short a text"),
        pytest.param("{n:maxlength(2)}", "/abc", None, id="too long a text"),
        pytest.param("{n:range(1,3)}", "/2", {"n": "2"}, id="range"),
        pytest.param("{n:regex(^a+$)}", "/aab", None, id="regular expression fails"),
        pytest.param("{n:regex(^a+$)}", "/aa", {"n": "aa"}, id="regular expression holds"),
    ],
)
def test_a_template_matches_a_path(
    template: str, path: str, values: dict[str, str] | None
) -> None:
    assert Route.parse(template).match(path) == values


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ("{a", "'{a' is not a route parameter"),
        ("a}", "'a}' is not a route parameter"),
        ("{}", "'{}' is not a route parameter"),
        ("{*a}/b", "only its last part"),
        ("{a:odd}", "'odd' is not a route constraint"),
        ("{a:length(x)}", "invalid literal"),
        ("{a:int(3)}", "'int(3)' is not a route constraint"),
    ],
)
def test_a_template_that_azure_would_not_take_is_refused(template: str, complaint: str) -> None:
    with pytest.raises(RouteError, match="Route") as refusal:
        Route.parse(template)

    assert complaint in str(refusal.value)


@pytest.mark.parametrize(
    ("path", "winner"),
    [
        ("/items/special", "items/special"),
        ("/items/7", "items/{id:int}"),
        ("/items/seven", "items/{name}"),
        ("/items/a/b", "{*rest}"),
        ("/", "{*rest}"),
    ],
)
def test_the_most_literal_route_wins(path: str, winner: str) -> None:
    templates = ["{*rest}", "items/{name}", "items/{id:int}", "items/special"]
    table = RouteTable((Route.parse(template), None, template) for template in templates)

    found = table.find("GET", path)

    assert found is not None
    assert found[0] == winner


def test_a_route_that_does_not_take_the_method_leaves_it_to_the_next() -> None:
    table = RouteTable(
        [
            (Route.parse("a"), frozenset({"POST"}), "post"),
            (Route.parse("{any}"), frozenset({"GET"}), "get"),
        ]
    )

    assert table.find("GET", "/a") == ("get", {"any": "a"})
    assert table.find("post", "/a") == ("post", {})
    assert table.find("PUT", "/a") is None
