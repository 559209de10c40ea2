import pytest

from domain.requests.caller import parse_traceparent

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_trace_of_the_w3c_is_carried_on():
    assert parse_traceparent(TRACE) == TRACE


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(None, id="none"),
        pytest.param(7, id="no text"),
        pytest.param("", id="empty"),
        pytest.param(TRACE.upper(), id="upper case"),
        pytest.param("ff" + TRACE[2:], id="the version that is never used"),
        pytest.param(f"00-{'0' * 32}-00f067aa0ba902b7-01", id="a trace of zeros"),
        pytest.param(f"00-4bf92f3577b34da6a3ce929d0e0e4736-{'0' * 16}-01", id="a span of zeros"),
        pytest.param(TRACE + "\n", id="a line end"),
    ],
)
def test_what_is_no_trace_is_ignored(text: object):
    assert parse_traceparent(text) is None
