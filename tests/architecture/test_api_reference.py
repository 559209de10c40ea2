"""docs/api.md says what the OpenAPI document says, and its links and examples lead somewhere."""

import re

from tests.support.api_reference.__main__ import FILE, render
from tests.support.api_reference.examples import EXAMPLES
from tests.support.http_api import find_route


def test_the_page_is_current():
    assert FILE.read_text() == render(), "run `make format`"


def test_every_link_within_the_page_has_its_heading():
    page = FILE.read_text()
    headings = {
        re.sub(r"[^a-z0-9-]", "", title.lower().replace(" ", "-"))
        for title in re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    }
    links = set(re.findall(r"\(#([^)]+)\)", page))
    assert len(links) > 20
    assert links <= headings


def test_every_example_is_a_request_that_a_route_serves():
    typed = r"curl -\w+ (?:-X (\w+) )?\"?\$GRIDPLANE/([^\s\"]+)(.*)"
    requests = re.findall(typed, EXAMPLES)
    assert len(requests) == EXAMPLES.count("curl ")
    for method, path, rest in requests:
        expected = method or ("POST" if "-d " in rest else "GET")
        route, _ = find_route(expected, path.partition("?")[0])
        assert route.method == expected
