"""Every invocation leaves one line with what was sent and answered, as hashes or in full."""

import json
import re
import socket
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest

from domain.serving.gateway.audit import OUTPUT_BYTES, PATH_BYTES
from domain.serving.gateway.bootstrap import render_config
from domain.serving.gateway.settings import GatewaySettings
from domain.spec.access import Audit
from tests.support.gateway.environment import FRONT_DOOR_ID, make_settings
from tests.support.gateway.envoy import SECONDS, Gateway, running_gateway
from tests.support.gateway.model_server import EVENTS, ModelServer

pytestmark = pytest.mark.xdist_group("gateway: audit")

MEGABYTES = bytes(range(256)) * 4 * 1024 * 8
TEXT = {"Content-Type": "text/plain"}
LONGEST_LINE = 16 * 1024
"""Of which container runtimes make one record."""


def settings_for(
    content: str, model: ModelServer, factory: pytest.TempPathFactory
) -> GatewaySettings:
    audit = Audit.from_wire({"content": content})
    return make_settings(factory.mktemp("gateway"), model.port, audit=audit)


@pytest.fixture(scope="module")
def gateway(model: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with running_gateway(settings_for("hash", model, tmp_path_factory)) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def recorder(model: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Records output."""
    with running_gateway(settings_for("full", model, tmp_path_factory)) as gateway:
        yield gateway


def call(gateway: Gateway, method: str = "POST", path: str = "/echo", **sent: Any) -> Any:
    """The answer, and its line."""
    answer = gateway.send(method, path, **sent)
    return answer, gateway.line_of(answer.headers["x-request-id"])


def hashed(data: bytes) -> str:
    return sha256(data).hexdigest()


def is_unproven(line: dict[str, Any]) -> bool:
    """What the alert looks for: the audit failed, and the request passed all the same."""
    if line["content"] == "none" or line["status"] >= 400:
        return False
    unknown = None in (line["requestSha256"], line["responseSha256"])
    return unknown or (line["why"] == "via_upstream" and not line["complete"])


def test_a_line_says_what_happened(gateway) -> None:
    sent = {"X-Azure-Ref": "20261130T120000Z-ref", "X-Request-Id": "chosen-by-the-caller"}
    answer, line = call(gateway, path="/echo?prompt=secret", content=b"a prompt", headers=sent)
    measured = {name: line.pop(name) for name in ("durationMs", "firstByteMs")}
    assert all(isinstance(value, int) for value in measured.values())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line.pop("requestId") == answer.headers["x-request-id"] != "chosen-by-the-caller"
    assert line == {
        "kind": "modelInvocation",
        "environment": "fraud-llm",
        "model": "fraud-llm",
        "modelVersion": "7",
        "oid": None,
        "azp": None,
        "status": 200,
        "why": "via_upstream",
        "method": "POST",
        "path": "/echo",
        "azureRef": "20261130T120000Z-ref",
        "bytesIn": 8,
        "bytesOut": 8,
        "content": "hash",
        "requestSha256": hashed(b"a prompt"),
        "responseSha256": hashed(b"a prompt"),
        "requestComplete": True,
        "complete": True,
        "output": None,
    }


@pytest.mark.parametrize("length", [0, 1, 55, 56, 63, 64, 65, 119, 120, len(MEGABYTES)])
def test_hashes_are_those_of_the_bodies(gateway, length) -> None:
    """The lengths at which SHA-256 pads otherwise, and 8 MiB in many chunks."""
    body = MEGABYTES[:length]
    answer, line = call(gateway, content=body)
    assert answer.content == body
    assert line["requestSha256"] == line["responseSha256"] == hashed(body)
    assert (line["bytesIn"], line["bytesOut"], line["complete"]) == (length, length, True)


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/empty", 204), ("HEAD", "/echo", 200)]
)
def test_a_body_that_is_not_there_is_hashed_as_empty(gateway, method, path, status) -> None:
    _, line = call(gateway, method, path)
    assert (line["status"], line["complete"]) == (status, True)
    assert line["requestSha256"] == line["responseSha256"] == hashed(b"")


def test_events_pass_one_by_one_and_are_hashed(gateway, model) -> None:
    with gateway.stream("/events") as answer:
        events: list[bytes] = []
        for chunk in answer.iter_raw():
            # The model sends the next event only once this one has arrived.
            events.append(chunk)
            model.go_on()
    assert tuple(events) == EVENTS
    line = gateway.line_of(answer.headers["x-request-id"])
    assert (line["responseSha256"], line["complete"]) == (hashed(b"".join(EVENTS)), True)


def test_a_caller_who_hangs_up_leaves_an_incomplete_line(gateway, model) -> None:
    with gateway.stream("/events") as answer:
        assert next(answer.iter_raw()) == EVENTS[0]
    line = gateway.line_of(answer.headers["x-request-id"])
    assert (line["status"], line["complete"]) == (200, False)
    assert line["why"] == "downstream_remote_disconnect"
    assert line["responseSha256"] == hashed(EVENTS[0])
    assert not is_unproven(line)
    for _ in EVENTS:
        model.go_on()


def test_a_caller_who_hangs_up_while_sending_leaves_an_incomplete_line(gateway) -> None:
    head = f"POST /echo?half HTTP/1.1\r\nHost: x\r\nX-Azure-FDID: {FRONT_DOOR_ID}\r\n"
    with socket.create_connection(("127.0.0.1", gateway.settings.ports.public)) as connection:
        connection.sendall(f"{head}Content-Length: 8\r\n\r\nhalf".encode())
    line = gateway.next_line()
    assert (line["requestComplete"], line["status"]) == (False, 0)


def test_probes_are_not_recorded(gateway) -> None:
    for method in ("GET", "HEAD"):
        assert gateway.send(method, "/health?deep").status_code == 200
    assert gateway.post("/health").status_code == 200
    line = gateway.next_line()
    assert (line["method"], line["path"]) == ("POST", "/health")


def test_nothing_that_a_caller_sends_makes_a_line_too_long(recorder) -> None:
    long = f"/echo/{'p' * 20_000}"
    sent = {**TEXT, "X-Azure-Ref": "r" * 20_000}
    answer = recorder.post(long, headers=sent, content=b'"' * 2 * OUTPUT_BYTES)
    assert answer.status_code == 200
    text = recorder.lines.get(timeout=SECONDS)
    assert len(text.encode()) < LONGEST_LINE
    line = json.loads(text)
    assert line["path"] == long[:PATH_BYTES]
    assert line["output"] == '"' * (OUTPUT_BYTES // 2)


@pytest.mark.parametrize("unit", [b'"', b"\0", b"\x1f", b"\xff", b"\xed\xa0\x80"])
def test_whatever_the_output_is_its_line_stays_readable(recorder, unit) -> None:
    body = unit * 2 * OUTPUT_BYTES
    answer = recorder.post("/echo", headers=TEXT, content=body)
    text = recorder.lines.get(timeout=SECONDS)
    assert len(text.encode()) < LONGEST_LINE
    assert json.loads(text)["responseSha256"] == hashed(answer.content)


@pytest.mark.parametrize(
    ("body", "output"),
    [
        pytest.param(b"", None, id="empty"),
        pytest.param(b"a completion", "a completion", id="short"),
        pytest.param(b"a" * OUTPUT_BYTES * 2, "a" * OUTPUT_BYTES, id="cut off"),
        pytest.param("é漢😀\n".encode(), "é漢😀\n", id="characters of several bytes"),
        pytest.param(
            b"a" + "漢".encode() * OUTPUT_BYTES,
            "a" + "漢" * ((OUTPUT_BYTES - 1) // 3),
            id="cut off between characters",
        ),
        pytest.param(b"\x01" * OUTPUT_BYTES, "\x01" * (OUTPUT_BYTES // 6), id="escaped"),
        pytest.param(b"a\x00b", "a\ufffdb", id="a character that would end it"),
        pytest.param(b"a\xff\xc3b", "a\ufffd\ufffdb", id="no UTF-8"),
    ],
)
def test_full_records_the_beginning_of_the_output(recorder, body, output) -> None:
    answer, line = call(recorder, content=body, headers=TEXT)
    assert (answer.content, line["output"]) == (body, output)
    assert line["responseSha256"] == hashed(body)


def test_a_character_between_two_chunks_stays_whole(recorder, model) -> None:
    with recorder.stream("/events") as answer:
        for _ in answer.iter_raw():
            model.go_on()
    line = recorder.line_of(answer.headers["x-request-id"])
    assert line["output"] == b"".join(EVENTS).decode()


def test_full_records_no_output_that_is_not_text(recorder) -> None:
    _, line = call(recorder, content=b"RIFF", headers={"Content-Type": "audio/wav"})
    assert (line["output"], line["responseSha256"]) == (None, hashed(b"RIFF"))


def test_full_asks_the_model_for_text_that_is_not_compressed(recorder, gateway, model) -> None:
    call(recorder, content=b"a prompt")
    assert model.received[-1].header("accept-encoding") is None
    call(gateway, content=b"a prompt")
    assert model.received[-1].header("accept-encoding") is not None


def test_the_name_of_a_model_is_no_instruction_to_envoy(model, tmp_path) -> None:
    name = "100%REQ(X-AZURE-FDID)%"
    settings = make_settings(tmp_path, model.port, model_name=name, model_version=None)
    with running_gateway(settings) as gateway:
        _, line = call(gateway)
    assert (line["model"], line["modelVersion"]) == (name, None)


def test_none_records_neither_hash_nor_output(model, tmp_path_factory) -> None:
    with running_gateway(settings_for("none", model, tmp_path_factory)) as gateway:
        _, line = call(gateway, content=b"a prompt", headers=TEXT)
    assert (line["requestSha256"], line["responseSha256"], line["output"]) == (None, None, None)
    assert (line["status"], line["bytesIn"], line["complete"]) == (200, 8, True)
    assert not is_unproven(line)


@pytest.mark.parametrize("broken", ["local hash = ", "      add(hash, text)"])
def test_a_failed_audit_lets_requests_pass_and_shows(model, tmp_path_factory, broken) -> None:
    """Envoy goes on without a script that failed: only the line tells."""
    settings = settings_for("hash", model, tmp_path_factory)
    config = render_config(settings).replace(broken, f"error('broken'); {broken}")
    assert config != render_config(settings)
    with running_gateway(settings, config=config) as gateway:
        answer, line = call(gateway, content=b"a prompt")
    assert (answer.status_code, answer.content) == (200, b"a prompt")
    assert is_unproven(line)
