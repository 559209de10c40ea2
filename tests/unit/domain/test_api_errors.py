"""One problem is an error by itself; several are listed under one code."""

from domain.api_errors import build_problems_body, summarise_problems
from domain.problem import Problem

NAME = Problem("InvalidName", "Use 3 to 24 letters.", "name")
BODY = Problem("InvalidBody", "Send an object.", "")


def test_a_problem_is_an_error_with_its_target_if_it_has_one():
    assert build_problems_body([NAME]).to_wire() == {
        "code": "InvalidName",
        "message": "Use 3 to 24 letters.",
        "target": "name",
    }
    assert build_problems_body([BODY]).to_wire() == {
        "code": "InvalidBody",
        "message": "Send an object.",
    }


def test_several_problems_are_details_of_one_error():
    assert build_problems_body([NAME, BODY]).to_wire() == {
        "code": "InvalidRequest",
        "message": "The request has 2 problems; each is listed.",
        "details": [
            {"code": "InvalidName", "message": "Use 3 to 24 letters.", "target": "name"},
            {"code": "InvalidBody", "message": "Send an object.", "target": ""},
        ],
    }


def test_in_plain_text_each_problem_has_a_line():
    assert summarise_problems([NAME]) == ("InvalidName", "name: Use 3 to 24 letters.")
    assert summarise_problems([BODY]) == ("InvalidBody", "Send an object.")
    assert summarise_problems([NAME, BODY]) == (
        "InvalidRequest",
        "The request has 2 problems; each is listed.\nname: Use 3 to 24 letters.\nSend an object.",
    )
