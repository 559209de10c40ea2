"""What JSON allows but nothing behind the API can hold is refused, with the field."""

import json
from typing import Any

import pytest

from domain.problem import Problem
from tests.support.http_api import Api
from tests.support.specs import spec_body
from tests.support.sweep_hub import SweepHub
from triggers.bodies import MAX_BODY_BYTES, decode_json, find_oversize


@pytest.mark.parametrize(
    "value", [None, 5, 1.5, "a\tb", "é😀", [], {}, {"a": [{"b": {}}]}], ids=repr
)
def test_json_is_decoded_as_it_is(value: Any):
    assert decode_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("body", "code", "target"),
    [
        ('{"a":1,"a":1}', "DuplicateKey", "a"),
        ('{"workload":{"env":{"A":"1","B":"2","A":"3"}}}', "DuplicateKey", "workload.env.A"),
        ('[{"a":1},{"a":{"b":1,"b":2}}]', "DuplicateKey", "[1].a.b"),
        ('{"args":["x","\\u0000"]}', "InvalidCharacter", "args[1]"),
        ('{"a":"x\\ud800"}', "InvalidCharacter", "a"),
        ('{"a":"\\udfffx"}', "InvalidCharacter", "a"),
        ('{"\\ud800":1}', "InvalidCharacter", "\\ud800"),
        ('{"a\\u0000b":1}', "InvalidCharacter", "a\\u0000b"),
        ('"\\u0000"', "InvalidCharacter", ""),
        ("NaN", "InvalidJson", ""),
        ('{"a":-Infinity}', "InvalidJson", ""),
        ("1" * 5000, "InvalidJson", ""),
        ('{"a":' * 20_000, "InvalidJson", ""),
        ("", "InvalidJson", ""),
    ],
)
def test_unusable_json_is_one_problem_with_its_field(body: str, code: str, target: str):
    problem = decode_json(body.encode())
    assert isinstance(problem, Problem)
    assert (problem.code, problem.target) == (code, target)
    problem.target.encode()


def test_invalid_utf8_is_a_problem():
    assert isinstance(decode_json(b'{"a":"\xff\xfe"}'), Problem)


def test_a_body_may_have_the_maximum_size_and_no_byte_more():
    assert find_oversize(b" " * MAX_BODY_BYTES) is None
    assert find_oversize(b" " * (MAX_BODY_BYTES + 1)) is not None


async def test_a_value_with_a_nul_is_refused_by_its_field(api: Api):
    workload = {**spec_body()["workload"], "env": {"TOKEN": "a\0b"}}
    answer = await api.create(spec_body(workload=workload))
    assert (answer.status, answer.error["code"]) == (400, "InvalidCharacter")
    assert answer.error["target"] == "workload.env.TOKEN"


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 202),
        ("Application/JSON; charset=utf-8", 202),
        ("application/merge-patch+json", 202),
        ("", 202),
        ("application/x-www-form-urlencoded", 415),
        ("text/plain", 415),
        ("text/json+json", 415),
        ("application/jsonp", 415),
        ("application/xml; a=application/json", 415),
    ],
)
async def test_a_body_is_declared_as_json_or_not_at_all(api: Api, content_type: str, status: int):
    answer = await api.create(spec_body(), **{"Content-Type": content_type})
    assert answer.status == status
    if status == 415:
        assert answer.error["code"] == "UnsupportedMediaType"
        assert answer.error["target"] == "header Content-Type"


async def test_the_type_of_a_body_that_is_not_there_does_not_matter():
    answer = await Api(SweepHub()).send("POST", "sweeps", b"", {"Content-Type": "text/plain"})
    assert answer.status == 202
