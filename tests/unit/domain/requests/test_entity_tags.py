"""Entity tags are compared as RFC 9110 says: strongly in If-Match, weakly in If-None-Match."""

import pytest

from domain.requests.entity_tags import matches_strongly, matches_weakly

ETAG = '"1-17"'


@pytest.mark.parametrize(
    ("field", "strongly", "weakly"),
    [
        ("*", True, True),
        (" * ", True, True),
        ('"1-17"', True, True),
        ('W/"1-17"', False, True),
        ('"a", "1-17"', True, True),
        ('"a","1-17" , "b"', True, True),
        ('W/"a", W/"1-17"', False, True),
        ('W/"1-17", "1-17"', True, True),
        ('"a,b", "1-17"', True, True),
        (', "1-17",', True, True),
        ('"1-17",, "b"', True, True),
        ('"a"', False, False),
        ("1-17", False, False),
        ('w/"1-17"', False, False),
        ('"1-17" "b"', False, False),
        ('"1-17", b', False, False),
        ('"x"1-17"', False, False),
        ('"1-17", *', False, False),
        ('"', False, False),
        ("", False, False),
        (",", False, False),
    ],
)
def test_a_field(field: str, strongly: bool, weakly: bool):
    assert matches_strongly(field, ETAG) is strongly
    assert matches_weakly(field, ETAG) is weakly
