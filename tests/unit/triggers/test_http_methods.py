"""Every path takes HEAD where it takes GET, and names its methods where it takes no other."""

import json

import azure.functions as func
import pytest

from triggers.http_methods import METHODS, list_methods, list_supported_methods, refuse_method
from triggers.routes import ROUTES


@pytest.mark.parametrize(
    ("path", "supported"),
    [
        ("environments", ["GET", "HEAD", "POST"]),
        ("environments/{name}", ["GET", "HEAD", "PUT", "DELETE"]),
        ("environments/{name}/wake", ["POST"]),
        ("sweeps", ["POST"]),
        ("healthz", ["GET", "HEAD"]),
    ],
)
def test_the_methods_of_a_path(path: str, supported: list[str]):
    assert list_supported_methods(path, ROUTES) == supported


def test_every_route_has_a_known_method():
    assert {method for route in ROUTES for method in list_methods(route)} <= set(METHODS)


async def test_another_method_is_refused_with_those_that_are_supported():
    request = func.HttpRequest(
        method="PATCH",
        url="https://gridplane.example.com/environments/fraud-llm",
        route_params={"name": "fraud-llm"},
        body=b"",
    )
    answer = await refuse_method(request, ["GET", "HEAD", "PUT", "DELETE"])
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, PUT, DELETE"
    assert answer.headers["x-ms-error-code"] == "MethodNotAllowed"
    error = json.loads(answer.get_body())["error"]
    assert (error["code"], "PATCH" in error["message"]) == ("MethodNotAllowed", True)
