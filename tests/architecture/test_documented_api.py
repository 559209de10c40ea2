"""No test against a running stack talks to the API past its document."""

import re

from tests.architecture.source import REPOSITORY


def test_stacks_are_asked_through_the_client_that_knows_the_document():
    made = {
        (path.name, found)
        for path in (REPOSITORY / "tests/e2e").glob("*.py")
        for found in re.findall(r"\b(\w*Api)\(", path.read_text())
    }
    assert {name for _, name in made} == {"DocumentedApi"}
