"""What the client of a cluster's API makes of what others write: ConfigMaps, answers of pods."""

import gzip
from collections.abc import AsyncGenerator, Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from httpx2 import AsyncClient, ConnectTimeout, HTTPStatusError, MockTransport, Request, Response
from lightkube.config import client_adapter
from lightkube.core.exceptions import ApiError

from clients.answers import KubernetesRefused, NoAnswer
from clients.kubernetes import LONGEST_TEXT, MAX_POD_BYTES, KubernetesClient


def refused(code: int) -> ApiError:
    status = {"kind": "Status", "apiVersion": "v1", "code": code, "message": "no"}
    response = Response(code, json=status, request=Request("GET", "https://cluster"))
    return ApiError(request=response.request, response=response)


PAUSE = {"metadata": {"annotations": {"paused": "true"}}}


def page_not_found() -> HTTPStatusError:
    """Of an API server that does not know the type."""
    response = Response(
        404, text="404 page not found", request=Request("PATCH", "https://cluster")
    )
    return HTTPStatusError("", request=response.request, response=response)


class OneObject:
    """A client whose every call answers the same."""

    def __init__(self, answer: object) -> None:
        self._answer = answer

    async def get(self, kind: type, name: str, *, namespace: str) -> object:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    async def patch(self, kind: type, name: str, patch: object, *, namespace: str) -> object:
        assert patch in ({"spec": {"replicas": 0}}, PAUSE)
        return await self.get(kind, name, namespace=namespace)


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


async def stop(answer: object) -> bool:
    client: Any = OneObject(answer)
    return await KubernetesClient(client).scale_deployment("inference", "x", 0)


async def test_a_deployment_is_scaled_if_it_is_there() -> None:
    assert await stop(SimpleNamespace()) is True
    assert await stop(refused(404)) is False
    with pytest.raises(ApiError):
        await stop(refused(403))


async def pause(answer: object) -> bool:
    client: Any = OneObject(answer)
    return await KubernetesClient(client).pause_scaling("inference", "x", "paused")


async def test_scaling_is_paused_where_there_is_any() -> None:
    assert await pause(SimpleNamespace()) is True
    assert await pause(refused(404)) is False
    assert await pause(page_not_found()) is False
    with pytest.raises(ApiError):
        await pause(refused(403))


async def count(answer: object) -> int | None:
    client: Any = OneObject(answer)
    return await KubernetesClient(client).count_replicas("inference", "x")


async def test_replicas_are_counted_where_there_are_any() -> None:
    assert await count(SimpleNamespace(spec=SimpleNamespace(replicas=3))) == 3
    assert await count(refused(404)) is None
    with pytest.raises(ApiError):
        await count(refused(403))


KUBECONFIG = {"clusters": [{"cluster": {"server": "https://cluster.example.com/base"}}]}


def answering(
    body: bytes, headers: dict[str, str] | None = None, status: int = 200
) -> Callable[[Request], Response]:
    """As it comes over a connection: in parts."""

    async def parts() -> AsyncGenerator[bytes]:
        yield body

    return lambda request: Response(status, headers=headers, content=parts())


type Question = Callable[[KubernetesClient], Awaitable[str]]


async def ask_pod(kubernetes: KubernetesClient) -> str:
    path = "stats/prometheus?filter=^a\\.b$"
    return await kubernetes.read_from_pod("inference", "a-pod", 8082, path)


async def ask_log(kubernetes: KubernetesClient) -> str:
    return await kubernetes.read_log("inference", "a-pod", {"tailLines": "5"})


async def read(
    monkeypatch: pytest.MonkeyPatch,
    answer: Callable[[Request], Response],
    ask: Question = ask_pod,
) -> tuple[str, Request]:
    """What a pod's answer comes to, and how it was asked for."""
    asked: list[Request] = []

    def handle(request: Request) -> Response:
        asked.append(request)
        return answer(request)

    def connect(config: Any, options: Any) -> AsyncClient:
        return AsyncClient(base_url=config.cluster.server, transport=MockTransport(handle))

    monkeypatch.setattr(client_adapter, "AsyncClient", connect)
    kubernetes = KubernetesClient.connect(KUBECONFIG, "a token")
    try:
        return await ask(kubernetes), asked[0]
    finally:
        await kubernetes.close()


async def test_a_pod_is_asked_through_the_api_server(monkeypatch: pytest.MonkeyPatch) -> None:
    text, asked = await read(monkeypatch, answering(b"a 1\n"))
    assert text == "a 1\n"
    path = "/base/api/v1/namespaces/inference/pods/a-pod:8082/proxy/stats/prometheus"
    assert (asked.method, asked.url.path) == ("GET", path)
    assert asked.url.params["filter"] == r"^a\.b$"


async def test_no_more_of_a_pods_answer_is_read_than_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read_so_far = 0

    async def endless() -> AsyncGenerator[bytes]:
        nonlocal read_so_far
        while True:
            read_so_far += 64 * 1024
            yield b"x" * 64 * 1024

    text, _ = await read(monkeypatch, lambda _: Response(200, content=endless()))
    assert len(text) == MAX_POD_BYTES
    assert read_so_far == MAX_POD_BYTES


async def test_what_a_pod_compressed_is_not_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A megabyte may stand for a gigabyte."""
    packed = gzip.compress(b"x" * 10_000)
    compressed = answering(packed, {"Content-Encoding": "gzip"})
    text, asked = await read(monkeypatch, compressed)
    assert len(text) <= len(packed)
    assert asked.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("status", [301, 404, 503])
async def test_a_pod_that_does_not_answer_with_200_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    long = "why not " * 100
    elsewhere = {"Location": "https://example.com/"}
    answer = answering(f"{long}\nand more".encode(), elsewhere, status)
    with pytest.raises(KubernetesRefused) as refused:
        await read(monkeypatch, answer)
    assert refused.value.code == status
    assert refused.value.message == long[:LONGEST_TEXT]


async def test_an_api_server_that_does_not_answer_is_no_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(request: Request) -> Response:
        raise ConnectTimeout("no route", request=request)

    with pytest.raises(NoAnswer, match="no route"):
        await read(monkeypatch, fail)


async def test_a_log_is_text_as_it_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    text, asked = await read(monkeypatch, answering(b"one\ntwo\n"), ask_log)
    assert text == "one\ntwo\n"
    assert asked.url.path == "/base/api/v1/namespaces/inference/pods/a-pod/log"
    assert dict(asked.url.params) == {"tailLines": "5"}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            b'{"kind": "Status", "message": "container is waiting to start"}',
            "container is waiting",
        ),
        (b"upstream connect error\nmore", "upstream connect error"),
    ],
)
async def test_a_log_that_is_not_there_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, body: bytes, message: str
) -> None:
    with pytest.raises(KubernetesRefused) as refused:
        await read(monkeypatch, answering(body, status=400), ask_log)
    assert (refused.value.code, refused.value.message.startswith(message)) == (400, True)
