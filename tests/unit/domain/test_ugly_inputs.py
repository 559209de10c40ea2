"""Whatever JSON arrives, a decision comes out and no exception."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.arm.error_bodies import redact
from domain.arm.error_classification import classify_response
from domain.arm.operation_polling import read_poll
from domain.outcomes import Status
from domain.spec.model import EnvironmentSpec
from domain.spec.validation import parse_spec
from emulators.tests.support.characters import CHARACTERS
from tests.support.specs import a_policy

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(CHARACTERS, max_size=20)
)
json_values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(CHARACTERS, max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def section(*fields: str) -> st.SearchStrategy[Any]:
    known = st.sampled_from(fields)
    return json_values | st.dictionaries(known, json_values, max_size=len(fields))


off_hours = st.fixed_dictionaries(
    {"timeZone": st.text(CHARACTERS, max_size=8), "start": json_values, "end": json_values}
)
requests = st.fixed_dictionaries(
    {
        "name": json_values,
        "regions": json_values | st.lists(st.text(CHARACTERS, max_size=8)),
        "gpu": section("vmSize", "maxNodes", "minNodes", "spot"),
        "workload": section("image", "port", "env", "args", "model", "replicas"),
    },
    optional={
        "edge": section("sku"),
        "idle": section("action") | st.fixed_dictionaries({"offHours": off_hours}),
        "expiresAt": json_values,
    },
)
poll_bodies = json_values | st.fixed_dictionaries(
    {},
    optional={"status": json_values, "error": json_values, "properties": json_values},
)


@settings(max_examples=150, deadline=None)
@given(body=json_values | requests)
def test_any_body_is_a_specification_or_a_list_of_problems(body) -> None:
    parsed = parse_spec(body, a_policy())
    assert isinstance(parsed, EnvironmentSpec) or parsed
    if isinstance(parsed, list):
        assert all(problem.code and problem.message for problem in parsed)


@settings(max_examples=150, deadline=None)
@given(
    status=st.integers(200, 599), body=poll_bodies, retry_after=st.text(CHARACTERS, max_size=12)
)
def test_any_answer_to_a_poll_is_a_state(status, body, retry_after) -> None:
    outcome = read_poll(status, body, {"Retry-After": retry_after}, operation="x")
    assert outcome.status is not Status.NOT_STARTED
    assert (outcome.failure is not None) == (outcome.status in {Status.FAILED, Status.CANCELED})


@settings(max_examples=150, deadline=None)
@given(status=st.none() | st.integers(400, 599), body=json_values | st.binary(max_size=40))
def test_any_error_body_is_a_failure_that_fits_the_wire(status, body) -> None:
    assert classify_response(status, body, "PUT x").to_wire()["reason"]


@settings(deadline=None)
@given(text=st.text(CHARACTERS, max_size=200))
def test_removing_secrets_twice_removes_no_more(text) -> None:
    assert redact(redact(text)) == redact(text)
