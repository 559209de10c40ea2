"""Clients that send what no client should: they lose their connection, nobody else does."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from emulators.azure.clock import Clock
from emulators.azure.service_bus import performatives as p
from emulators.azure.service_bus.broker import Broker
from emulators.azure.service_bus.encoding import encode
from emulators.azure.service_bus.errors import AmqpError
from emulators.azure.service_bus.frames import (
    AMQP_HEADER,
    MAX_FRAME_SIZE,
    SASL_FRAME,
    SASL_HEADER,
    FrameReader,
    write_frame,
)
from emulators.azure.service_bus.message import read_content
from emulators.azure.service_bus.settings import Entities, QueueSettings
from emulators.azure.service_bus.values import Described, Symbol, UInt, ULong, UShort
from emulators.tests.support.simulator import eventually

OPENED = p.Open("test", None, UInt(65536))
BEGUN = p.Begin(None, UInt(0), UInt(1000), UInt(1000))


def frame(performative: Any, payload: bytes = b"", channel: int = 0) -> bytes:
    out = bytearray()
    write_frame(out, channel, performative, payload)
    return bytes(out)


def raw_frame(body: bytes, kind: int = 0) -> bytes:
    return (len(body) + 8).to_bytes(4) + bytes((2, kind, 0, 0)) + body


def sasl(mechanism: str, response: bytes = b"") -> bytes:
    out = bytearray(SASL_HEADER)
    write_frame(out, 0, p.SaslInit(Symbol(mechanism), response), kind=SASL_FRAME)
    return bytes(out)


def attach(handle: int, address: Any = "$cbs", role: bool = False, **fields: Any) -> p.Attach:
    source = Described(ULong(0x28), [address])
    target = Described(ULong(0x29), [address])
    return p.Attach(f"link-{handle}", UInt(handle), role, source=source, target=target, **fields)


HANDSHAKE = sasl("ANONYMOUS") + AMQP_HEADER + frame(OPENED)


class RawClient:
    """Speaks bytes and reads performatives."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    async def answers(self, *sent: bytes, ends: bool = False) -> list[Any]:
        """All performatives until the broker ends the connection."""
        self.writer.write(b"".join(sent))
        if ends:
            self.writer.write_eof()
        data = await asyncio.wait_for(self._reader.read(-1), 2)
        frames = FrameReader()
        headers = data.replace(SASL_HEADER, b"").replace(AMQP_HEADER, b"")
        frames.feed(headers)
        return [p.read_performative(each.body)[0] for each in frames.frames() if each.body]

    async def transfers(self, count: int) -> list[p.Transfer]:
        """The next transfers, whatever else comes before and between."""
        frames = FrameReader()
        frames.feed(await self._reader.readexactly(len(SASL_HEADER)))
        frames.take(len(SASL_HEADER))
        found: list[p.Transfer] = []
        while len(found) < count:
            data = await asyncio.wait_for(self._reader.read(2**20), 2)
            frames.feed(data.replace(AMQP_HEADER, b""))
            for each in frames.frames():
                performative, _ = p.read_performative(each.body)
                found += [performative] if isinstance(performative, p.Transfer) else []
        return found

    async def close(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


@pytest.fixture
async def broker(caplog: pytest.LogCaptureFixture) -> AsyncIterator[Broker]:
    """Whatever happens, nothing fails inside."""
    caplog.set_level(logging.ERROR)
    broker = Broker(Clock(1.0))
    await broker.start()
    yield broker
    await broker.stop()
    assert not caplog.records


async def connect(broker: Broker) -> RawClient:
    assert broker.connection_string is not None
    port = int(broker.connection_string.split("127.0.0.1:")[1].split(";")[0])
    return RawClient(*await asyncio.open_connection("127.0.0.1", port))


@pytest.fixture
async def client(broker: Broker) -> AsyncIterator[RawClient]:
    client = await connect(broker)
    yield client
    await client.close()


@pytest.fixture
async def bystander(broker: Broker) -> AsyncIterator[RawClient]:
    """Another connection, which must still be served when the test is over."""
    client = await connect(broker)
    client.writer.write(HANDSHAKE)
    yield client
    answers = await client.answers(frame(BEGUN), frame(p.Close()))
    assert [type(each) for each in answers[-3:]] == [p.Open, p.Begin, p.Close]
    await client.close()


def condition(answers: list[Any]) -> str:
    close = answers[-1]
    assert isinstance(close, p.Close)
    return close.error.value[0]


MALFORMED = {
    "a frame of no size": (bytes(8), "amqp:connection:framing-error"),
    "a frame beyond its limit": (
        (MAX_FRAME_SIZE + 1).to_bytes(4) + bytes((2, 0, 0, 0)),
        "amqp:connection:framing-error",
    ),
    "data beyond the frame": (
        (9).to_bytes(4) + bytes((200, 0, 0, 0, 0)),
        "amqp:connection:framing-error",
    ),
    "no performative": (raw_frame(b"\x41"), "amqp:decode-error"),
    "an unknown performative": (raw_frame(b"\x00\x53\x99\x45"), "amqp:not-implemented"),
    "a list as descriptor": (raw_frame(b"\x00\x45\x45"), "amqp:not-implemented"),
    "a cut performative": (raw_frame(b"\x00\x53\x12\xc0\xff\x01"), "amqp:decode-error"),
    "a missing field": (raw_frame(b"\x00\x53\x14\x45"), "amqp:invalid-field"),
    "a wrong type": (
        raw_frame(b"\x00\x53\x14" + encode(["handle"])),
        "amqp:invalid-field",
    ),
    "a second open": (frame(OPENED), "amqp:illegal-state"),
    "a channel that was not begun": (frame(p.End(), channel=7), "amqp:not-allowed"),
    "a channel too many": (frame(BEGUN, channel=300), "amqp:not-allowed"),
    "a session begun twice": (frame(BEGUN) + frame(BEGUN), "amqp:not-allowed"),
    "an unattached handle": (
        frame(BEGUN) + frame(p.Transfer(UInt(9), UInt(0), b"t"), b"x"),
        "amqp:session:unattached-handle",
    ),
    "a handle beyond the limit": (
        frame(BEGUN) + frame(attach(256)),
        "amqp:connection:framing-error",
    ),
    "a handle used twice": (
        frame(BEGUN) + frame(attach(0)) + frame(attach(0)),
        "amqp:session:handle-in-use",
    ),
    "a transfer on a receiving link": (
        frame(BEGUN) + frame(attach(0, role=True)) + frame(p.Transfer(UInt(0), UInt(0), b"t")),
        "amqp:not-allowed",
    ),
    "a security frame": (
        raw_frame(b"\x00\x53\x41" + encode([Symbol("PLAIN")])),
        "amqp:not-allowed",
    ),
}


@pytest.mark.parametrize(("sent", "expected"), MALFORMED.values(), ids=MALFORMED.keys())
async def test_illegal_frames_close_the_connection_with_a_reason(
    bystander: RawClient, client: RawClient, sent: bytes, expected: str
) -> None:
    assert condition(await client.answers(HANDSHAKE, sent)) == expected


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        AMQP_HEADER,
        SASL_HEADER + frame(OPENED),
        SASL_HEADER + SASL_HEADER,
        sasl("GUESS"),
        sasl("PLAIN", b"\0RootManageSharedAccessKey\0wrong"),
        sasl("PLAIN", b"\xff"),
        sasl("ANONYMOUS") + b"GARBAGE!",
        sasl("ANONYMOUS") + AMQP_HEADER + frame(BEGUN),
    ],
    ids=[
        *("another protocol", "no security", "open too early", "header twice", "no mechanism"),
        *("wrong password", "no text", "garbage after security", "begin before open"),
    ],
)
async def test_a_bad_beginning_ends_the_connection(
    bystander: RawClient, client: RawClient, sent: bytes
) -> None:
    await client.answers(sent)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("provisioning-requests", "amqp:unauthorized-access"),
        (7, "amqp:not-implemented"),
        (None, "amqp:not-implemented"),
    ],
)
async def test_a_link_without_claim_or_address_is_refused(
    client: RawClient, address: Any, expected: str
) -> None:
    answers = await client.answers(
        HANDSHAKE, frame(BEGUN), frame(attach(0, address)), frame(p.Close())
    )
    refused, detach = answers[-3:-1]
    assert (refused.source, refused.target) == (None, None)
    assert detach.error.value[0] == expected
    assert len(detach.error.value) == 3


@pytest.mark.parametrize(
    "address",
    [
        *("unknown", "amqps://any/unknown", "environment-events/Subscriptions/none"),
        *("unknown/$management", "environment-events/$DeadLetterQueue"),
    ],
)
@pytest.mark.parametrize("role", [False, True], ids=["sender", "receiver"])
async def test_a_link_to_what_does_not_exist_is_attached_and_detached(
    broker: Broker, client: RawClient, address: str, role: bool
) -> None:
    """Whoever has a right to the whole namespace gets this far without a token for the entity."""
    answers = await client.answers(
        password(broker) + AMQP_HEADER + frame(OPENED),
        frame(BEGUN),
        frame(attach(0, address, role)),
        frame(p.Close()),
    )
    refused, detach = answers[-3:-1]
    assert (refused.role, refused.source, refused.target) == (not role, None, None)
    assert detach.closed is True
    condition, description, _ = detach.error.value
    assert condition == "amqp:not-found"
    assert "could not be found. To know more visit https://aka.ms/" in description


@pytest.mark.parametrize(
    "payload",
    [b"", b"garbage", b"\x00\x53\x77", b"\x00\x53\x74\x40", encode({}), b"\x00\x53\x73\xc0\x01"],
)
async def test_a_malformed_request_is_rejected_and_the_link_lives_on(
    client: RawClient, payload: bytes
) -> None:
    answers = await client.answers(
        HANDSHAKE,
        frame(BEGUN),
        frame(attach(0)),
        frame(p.Transfer(UInt(0), UInt(0), b"t", UInt(0), False), payload),
        frame(p.Detach(UInt(0), True)),
        frame(p.Close()),
    )
    disposition, detach, close = answers[-3:]
    assert disposition.state.descriptor in (0x24, 0x25)
    assert detach.error is None
    assert close.error is None


async def test_frames_may_come_byte_by_byte(client: RawClient) -> None:
    sent = HANDSHAKE + frame(BEGUN) + frame(p.Close())
    for position in range(len(sent) - 1):
        client.writer.write(sent[position : position + 1])
        if position % 10 == 0:
            await asyncio.sleep(0)
    answers = await client.answers(sent[-1:])
    assert isinstance(answers[-1], p.Close)
    assert answers[-1].error is None


@pytest.mark.parametrize("seed", range(40))
async def test_flipped_bytes_never_harm_another_connection(
    bystander: RawClient, client: RawClient, seed: int
) -> None:
    dice = random.Random(seed)
    sent = bytearray(
        HANDSHAKE
        + frame(BEGUN)
        + frame(attach(0))
        + frame(attach(1, role=True))
        + frame(p.Flow(UInt(0), UInt(9), UInt(0), UInt(9), UInt(1), UInt(0), UInt(5)))
        + frame(p.Transfer(UInt(0), UInt(0), b"t", UInt(0), False, True), b"\x00\x53")
        + frame(p.Transfer(UInt(0)), b"\x77\x40")
        + frame(p.Disposition(True, UInt(0), UInt(2**32 - 1), False))
        + frame(p.Detach(UInt(0), True))
        + frame(p.End())
    )
    for _ in range(dice.randint(1, 6)):
        sent[dice.randrange(len(HANDSHAKE), len(sent))] = dice.randrange(256)
    await client.answers(bytes(sent), ends=True)


async def test_a_client_that_goes_away_in_the_middle_leaves_nothing(broker: Broker) -> None:
    client = await connect(broker)
    client.writer.write(HANDSHAKE + frame(BEGUN) + frame(attach(0))[:20])
    await client.writer.drain()
    async with asyncio.timeout(2):
        while not broker.wire()["connections"]:
            await asyncio.sleep(0.01)
        await client.close()
        while broker.wire()["connections"]:
            await asyncio.sleep(0.01)


def test_a_frame_needs_its_whole_head() -> None:
    reader = FrameReader()
    reader.feed(frame(p.Close())[:7])
    assert list(reader.frames()) == []
    reader.feed(frame(p.Close())[7:])
    assert len(list(reader.frames())) == 1


def test_channels_are_numbers() -> None:
    with pytest.raises(AmqpError):
        p.read_performative(b"\x00\x53\x10" + encode([UShort(1)]))


def password(broker: Broker) -> bytes:
    key = (broker.connection_string or "").split("SharedAccessKey=")[1].split(";")[0]
    return sasl("PLAIN", b"\0RootManageSharedAccessKey\0" + key.encode())


async def test_a_client_that_does_not_read_stops_its_deliveries_and_gets_all_later() -> None:
    """The messages together are larger than what may wait in memory and in sockets."""
    count, body = 400, b"x" * 60_000
    broker = Broker(Clock(1.0), Entities(queues=(QueueSettings("slow"),)))
    await broker.start()
    queue = broker.namespace.find("slow")
    for _ in range(count):
        queue.put(read_content(b"\x00\x53\x75" + encode(body)))
    client = await connect(broker)
    flow = p.Flow(UInt(0), UInt(9), UInt(0), UInt(9), UInt(0), UInt(0), UInt(count))
    client.writer.write(
        password(broker) + AMQP_HEADER + frame(OPENED) + frame(BEGUN)
        + frame(attach(0, "slow", role=True)) + frame(flow)
    )  # fmt: skip
    await eventually(lambda: delivered(broker) > 0)
    await asyncio.sleep(0.05)
    assert delivered(broker) < count
    transfers = await client.transfers(count)
    assert [each.delivery_id for each in transfers] == list(range(count))
    drain = flow._replace(drain=True, delivery_count=UInt(count))
    answers = await client.answers(frame(drain), frame(p.Close()))
    assert (answers[-2].link_credit, answers[-2].delivery_count) == (0, 2 * count)
    await client.close()
    await broker.stop()


def delivered(broker: Broker) -> int:
    return broker.wire()["queues"][0]["lockedMessages"]
