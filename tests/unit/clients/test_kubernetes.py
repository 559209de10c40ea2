"""What the client of a cluster's API makes of a ConfigMap that others write."""

from types import SimpleNamespace
from typing import Any

import pytest
from httpx2 import Request, Response
from lightkube.core.exceptions import ApiError

from clients.kubernetes import KubernetesClient


def refused(code: int) -> ApiError:
    status = {"kind": "Status", "apiVersion": "v1", "code": code, "message": "no"}
    response = Response(code, json=status, request=Request("GET", "https://cluster"))
    return ApiError(request=response.request, response=response)


class OneObject:
    """A client whose every get answers the same."""

    def __init__(self, answer: object) -> None:
        self._answer = answer

    async def get(self, kind: type, name: str, *, namespace: str) -> object:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


async def find(answer: object) -> object:
    client: Any = OneObject(answer)
    return await KubernetesClient(client).find_config_map_document("kube-system", "x", "status")


@pytest.mark.parametrize(
    ("data", "document"),
    [
        ({"status": "a: {b: 5}"}, {"a": {"b": "5"}}),
        ({"status": "one: two: three"}, "one: two: three"),
        ({"other": "a: 1"}, None),
        (None, None),
    ],
)
async def test_a_document_is_read_and_a_text_kept(data: object, document: object) -> None:
    assert await find(SimpleNamespace(data=data)) == document


@pytest.mark.parametrize("code", [403, 404])
async def test_one_that_is_missing_or_hidden_is_none(code: int) -> None:
    assert await find(refused(code)) is None


async def test_another_refusal_is_raised() -> None:
    with pytest.raises(ApiError):
        await find(refused(500))
