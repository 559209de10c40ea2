"""Service Bus triggers: what functions are given, and what becomes of their messages."""

import json
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from azure.servicebus import ServiceBusMessage

from emulators.tests.integration.functions_host.host_processes import (
    APPS,
    FunctionsHost,
    ended_afterwards,
    eventually,
)
from emulators.tests.integration.functions_host.message_bus import (
    LOCK_SECONDS,
    MessageBus,
    message_bus,
)


@dataclass(frozen=True, slots=True)
class Running:
    bus: MessageBus
    host: FunctionsHost
    folder: Path

    def notes(self, kind: str) -> list[dict[str, Any]]:
        """What the functions of the app wrote down until now."""
        file = self.folder / kind
        if not file.exists():
            return []
        return [json.loads(line) for line in file.read_text().splitlines()]

    def noted(self, kind: str, count: int, **values: Any) -> list[dict[str, Any]]:
        """Wait for so many notes with these values."""

        def look() -> list[dict[str, Any]] | None:
            found = [note for note in self.notes(kind) if values.items() <= note.items()]
            return found if len(found) >= count else None

        return eventually(look)


def running(folder: Path) -> Iterator[Running]:
    with message_bus() as bus:
        host = FunctionsHost(
            folder,
            APPS / "messages",
            None,
            ["--state-dir", str(folder / "state")],
            MessageBus=bus.connection_string,
            PLAIN_QUEUE="plain",
            NOTES=str(folder),
        )
        with ended_afterwards(host):
            host.start()
            yield Running(bus, host, folder)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    yield from running(tmp_path_factory.mktemp("messages"))


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Running]:
    yield from running(tmp_path)


def message(body: str, **properties: Any) -> ServiceBusMessage:
    return ServiceBusMessage(body, **properties)


def test_a_message_is_completed_when_the_function_returns(shared: Running) -> None:
    given = {"who": "me", "times": 2, "ratio": 0.5, "new": True}

    shared.bus.send(
        "plain",
        message("hello", message_id="m1", subject="a subject", application_properties=given),
    )

    assert shared.noted("plain", 1, id="m1") == [
        {
            "body": "hello",
            "id": "m1",
            "count": 1,
            "properties": given,
            "subject": "a subject",
            "has_time": True,
        }
    ]
    eventually(lambda: not shared.bus.waiting("plain"))
    assert not [m for m in shared.bus.dead_letters("plain") if m.message_id == "m1"]


def test_a_message_whose_function_raises_comes_back_until_it_is_dead_lettered(
    shared: Running,
) -> None:
    shared.bus.send("plain", message("bad", message_id="m2"))

    [dead] = eventually(
        lambda: [m for m in shared.bus.dead_letters("plain") if m.message_id == "m2"]
    )

    assert [note["count"] for note in shared.noted("plain", 3, id="m2")] == [1, 2, 3]
    assert dead.dead_letter_reason == "MaxDeliveryCountExceeded"


def test_a_sessions_messages_run_in_order_and_sessions_in_parallel(shared: Running) -> None:
    sessions = ["a", "b", "c", "d"]
    shared.bus.send(
        "ordered", *(message(str(n), session_id=name) for n in range(4) for name in sessions)
    )

    shared.noted("ordered", 16, event="end")

    events = shared.notes("ordered")
    for name in sessions:
        own = [(e["number"], e["event"]) for e in events if e["session"] == name]
        assert own == [(number, event) for number in range(4) for event in ("begin", "end")]
    at_once = [event["event"] for event in events[:3]]
    assert at_once == ["begin"] * 3
    open_sessions: set[str] = set()
    for event in events:
        (open_sessions.add if event["event"] == "begin" else open_sessions.discard)(
            event["session"]
        )
        assert len(open_sessions) <= 3


def test_a_function_dead_letters_with_a_reason_and_a_description(shared: Running) -> None:
    shared.bus.send(
        "settled",
        message("complete", session_id="s1", message_id="s1-1", application_properties={"k": "v"}),
        message("reject", session_id="s1", message_id="s1-2"),
    )

    [dead] = eventually(
        lambda: [m for m in shared.bus.dead_letters("settled") if m.session_id == "s1"]
    )

    assert (dead.message_id, dead.dead_letter_reason, dead.dead_letter_error_description) == (
        "s1-2",
        "InvalidSpec",
        "The region is not known.",
    )
    first, second = (note for note in shared.notes("settled") if note["session"] == "s1")
    assert (first["body"], second["body"]) == ("complete", "reject")
    assert first["properties"] == {"k": "v"}
    assert first["sequence_number"] > 0


@pytest.mark.parametrize("body", ["abandon", "fail"])
def test_a_message_that_is_given_back_by_code_or_by_failing_is_delivered_again(
    shared: Running, body: str
) -> None:
    shared.bus.send("settled", message(body, session_id=body))

    [dead] = eventually(
        lambda: [m for m in shared.bus.dead_letters("settled") if m.session_id == body]
    )

    assert dead.dead_letter_reason == "MaxDeliveryCountExceeded"
    assert len(shared.noted("settled", 3, body=body)) == 3


def test_letting_go_of_a_session_gives_its_message_back_and_counts_no_delivery(
    shared: Running,
) -> None:
    """As often as it takes: five times here, on a queue that allows three deliveries."""
    shared.bus.send("settled", message("release", session_id="s3", message_id="s3-1"))

    assert len(shared.noted("settled", 6, body="release")) == 6

    assert [m for m in shared.bus.dead_letters("settled") if m.session_id == "s3"] == []
    assert "did not settle the message s3-1" not in shared.host.log


def test_settling_twice_is_refused_in_a_sentence(shared: Running) -> None:
    shared.bus.send("settled", message("twice", session_id="s2"))

    [note] = shared.noted("twice", 1)

    assert "already settled" in note["error"]


def test_an_async_function_may_settle_though_the_call_blocks_its_loop(shared: Running) -> None:
    shared.bus.send("blocking", message("x"))

    [dead] = eventually(lambda: shared.bus.dead_letters("blocking"))

    assert (dead.dead_letter_reason, dead.dead_letter_error_description) == ("Blocked", "blocking")


def test_a_subscription_a_text_parameter_and_batches(shared: Running) -> None:
    shared.bus.send("events", message("news"))
    shared.bus.send("batches", *(message(str(number)) for number in range(5)))

    assert shared.noted("topic", 1) == [{"text": "news"}]
    eventually(lambda: len([b for n in shared.notes("batches") for b in n["bodies"]]) == 5)
    assert [b for n in shared.notes("batches") for b in n["bodies"]] == ["0", "1", "2", "3", "4"]


def test_a_function_without_its_connection_is_in_error_and_the_others_run(shared: Running) -> None:
    assert (
        "Function unconnected cannot listen: The Service Bus connection 'MissingConnection' "
        "is missing or empty."
    ) in shared.host.log


def test_a_lock_is_renewed_as_long_as_the_function_works(own: Running) -> None:
    own.bus.send("plain", message("slow"))
    eventually(lambda: (own.folder / "started").exists())
    began = time.monotonic()

    eventually(lambda: time.monotonic() - began > 2 * LOCK_SECONDS)
    (own.folder / "go").touch()

    own.noted("slow", 1)
    eventually(lambda: not own.bus.waiting("plain"))
    assert own.notes("slow") == [{"count": 1}]
    assert len(own.notes("plain")) == 1


def test_a_message_is_delivered_again_after_the_host_was_killed_within_it(own: Running) -> None:
    own.bus.send("plain", message("slow"))
    eventually(lambda: (own.folder / "started").exists())

    own.host.end(signal.SIGKILL)
    (own.folder / "go").touch()
    own.host.start()

    assert own.noted("slow", 1) == [{"count": 2}]
    eventually(lambda: not own.bus.waiting("plain"))


def test_a_killed_hosts_session_goes_on_in_order(own: Running) -> None:
    own.bus.send("ordered", *(message(str(n), session_id="held") for n in range(3)))
    own.noted("ordered", 1, event="begin")

    own.host.end(signal.SIGKILL)
    own.host.start()
    own.noted("ordered", 2, event="begin")
    (own.folder / "go").touch()

    done = own.noted("ordered", 3, event="end")
    assert [note["number"] for note in done] == [0, 1, 2]


def test_a_host_that_is_told_to_stop_within_a_message_ends_in_time(own: Running) -> None:
    own.bus.send("plain", message("slow"))
    eventually(lambda: (own.folder / "started").exists())
    began = time.monotonic()

    assert own.host.end() == 0

    assert time.monotonic() - began < 2
    assert "Traceback" not in own.host.log


def test_a_message_may_be_fired_by_hand(shared: Running) -> None:
    fire = shared.host.http.post

    assert fire("/admin/functions/plain", json={"input": "by hand"}).status_code == 202
    assert fire("/admin/functions/plain", json={"input": 5}).status_code == 400
    assert fire("/admin/functions/plain", content=b"{").status_code == 400
    assert fire("/admin/functions/settled", json={}).status_code == 400

    assert shared.noted("plain", 1, body="by hand")[0]["id"] is None


def test_the_host_listens_again_after_the_broker_was_away(own: Running) -> None:
    own.bus.send("ordered", message("1", session_id="a"))
    own.bus.send("plain", message("one", message_id="one"))
    own.noted("plain", 1, id="one")
    own.noted("ordered", 1, event="end")

    own.bus.go_away()
    eventually(lambda: "Service Bus does not serve plain" in own.host.log)
    own.bus.come_back()
    own.bus.send("plain", message("two", message_id="two"))
    own.bus.send("ordered", message("2", session_id="a"))

    own.noted("plain", 1, id="two")
    own.noted("ordered", 1, number=2, event="end")
    assert own.host.end() == 0
