"""The performatives of AMQP's transport and security layers, and the check of what came in."""

from typing import Any, NamedTuple

from emulators.azure.service_bus.decoding import decode
from emulators.azure.service_bus.encoding import write_list
from emulators.azure.service_bus.errors import AmqpError, Condition
from emulators.azure.service_bus.values import Array, Described


class Open(NamedTuple):
    container_id: Any
    hostname: Any = None
    max_frame_size: Any = None
    channel_max: Any = None
    idle_time_out: Any = None


class Begin(NamedTuple):
    remote_channel: Any = None
    next_outgoing_id: Any = None
    incoming_window: Any = None
    outgoing_window: Any = None
    handle_max: Any = None


class Attach(NamedTuple):
    name: Any
    handle: Any
    role: Any
    snd_settle_mode: Any = None
    rcv_settle_mode: Any = None
    source: Any = None
    target: Any = None
    unsettled: Any = None
    incomplete_unsettled: Any = None
    initial_delivery_count: Any = None
    max_message_size: Any = None
    offered_capabilities: Any = None
    desired_capabilities: Any = None
    properties: Any = None


class Flow(NamedTuple):
    next_incoming_id: Any = None
    incoming_window: Any = None
    next_outgoing_id: Any = None
    outgoing_window: Any = None
    handle: Any = None
    delivery_count: Any = None
    link_credit: Any = None
    available: Any = None
    drain: Any = None
    echo: Any = None


class Transfer(NamedTuple):
    handle: Any
    delivery_id: Any = None
    delivery_tag: Any = None
    message_format: Any = None
    settled: Any = None
    more: Any = None
    rcv_settle_mode: Any = None
    state: Any = None
    resume: Any = None
    aborted: Any = None


class Disposition(NamedTuple):
    role: Any
    first: Any
    last: Any = None
    settled: Any = None
    state: Any = None


class Detach(NamedTuple):
    handle: Any
    closed: Any = None
    error: Any = None


class End(NamedTuple):
    error: Any = None


class Close(NamedTuple):
    error: Any = None


class SaslMechanisms(NamedTuple):
    mechanisms: Any


class SaslInit(NamedTuple):
    mechanism: Any
    initial_response: Any = None
    hostname: Any = None


class SaslOutcome(NamedTuple):
    code: Any


Performative = (
    Open
    | Begin
    | Attach
    | Flow
    | Transfer
    | Disposition
    | Detach
    | End
    | Close
    | SaslMechanisms
    | SaslInit
    | SaslOutcome
)

_CODES: dict[type, int] = {
    Open: 0x10,
    Begin: 0x11,
    Attach: 0x12,
    Flow: 0x13,
    Transfer: 0x14,
    Disposition: 0x15,
    Detach: 0x16,
    End: 0x17,
    Close: 0x18,
    SaslMechanisms: 0x40,
    SaslInit: 0x41,
    SaslOutcome: 0x44,
}

_SHAPES: dict[int, tuple[type[Any], int, tuple[type, ...]]] = {
    0x10: (Open, 1, (str, str, int, int, int)),
    0x11: (Begin, 0, (int, int, int, int, int)),
    0x12: (
        Attach,
        3,
        (
            str,
            int,
            bool,
            int,
            int,
            Described,
            Described,
            dict,
            bool,
            int,
            int,
            *(object, object),
            dict,
        ),
    ),
    0x13: (Flow, 0, (int, int, int, int, int, int, int, int, bool, bool)),
    0x14: (Transfer, 1, (int, int, bytes, int, bool, bool, int, Described, bool, bool)),
    0x15: (Disposition, 2, (bool, int, int, bool, Described)),
    0x16: (Detach, 1, (int, bool, Described)),
    0x17: (End, 0, (Described,)),
    0x18: (Close, 0, (Described,)),
    0x40: (SaslMechanisms, 1, (Array,)),
    0x41: (SaslInit, 1, (str, bytes, str)),
    0x44: (SaslOutcome, 1, (int,)),
}
"""For each code: the class, how many fields are mandatory, and the fields' types.

Fields after the last that is named here are optional and mean nothing to this broker.
"""


def read_performative(body: bytes) -> tuple[Any, int]:
    """The performative that begins a frame's body, and where its payload begins."""
    described, end = decode(body)
    if not isinstance(described, Described) or not isinstance(described.value, list):
        raise AmqpError(Condition.DECODE_ERROR, "A frame begins with a performative.")
    shape = _SHAPES.get(described.descriptor) if _is_number(described.descriptor) else None
    if shape is None:
        raise AmqpError(
            Condition.NOT_IMPLEMENTED, f"{described.descriptor!r:.80} is no performative."
        )
    kind, mandatory, types = shape
    fields = described.value[: len(types)]
    _check(kind.__name__, mandatory, types, fields)
    return kind(*fields), end


def _check(name: str, mandatory: int, types: tuple[type, ...], fields: list[Any]) -> None:
    if len(fields) < mandatory:
        raise AmqpError(Condition.INVALID_FIELD, f"{name} lacks mandatory fields.")
    for position, value in enumerate(fields):
        if value is None:
            good = position >= mandatory
        elif types[position] is int:
            good = _is_number(value)
        else:
            good = isinstance(value, types[position])
        if not good:
            raise AmqpError(
                Condition.INVALID_FIELD, f"Field {position} of {name} has the wrong type."
            )


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def write_performative(out: bytearray, performative: Performative) -> None:
    """Append the performative without the nulls at its end."""
    fields = list(performative)
    while fields and fields[-1] is None:
        fields.pop()
    out += bytes((0x00, 0x53, _CODES[type(performative)]))
    write_list(out, fields)
