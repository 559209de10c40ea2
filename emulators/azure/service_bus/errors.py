"""What a broker refuses: AMQP conditions, and the error that carries one."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from uuid import uuid4

from emulators.azure.service_bus.values import Described, Symbol, ULong

ERROR = ULong(0x1D)


class Condition(StrEnum):
    """The conditions that the SDKs turn into exceptions of their own."""

    INTERNAL_ERROR = "amqp:internal-error"
    NOT_FOUND = "amqp:not-found"
    UNAUTHORIZED = "amqp:unauthorized-access"
    DECODE_ERROR = "amqp:decode-error"
    INVALID_FIELD = "amqp:invalid-field"
    NOT_ALLOWED = "amqp:not-allowed"
    NOT_IMPLEMENTED = "amqp:not-implemented"
    ILLEGAL_STATE = "amqp:illegal-state"
    FRAMING_ERROR = "amqp:connection:framing-error"
    CONNECTION_FORCED = "amqp:connection:forced"
    HANDLE_IN_USE = "amqp:session:handle-in-use"
    UNATTACHED_HANDLE = "amqp:session:unattached-handle"
    DETACH_FORCED = "amqp:link:detach-forced"
    MESSAGE_SIZE_EXCEEDED = "amqp:link:message-size-exceeded"
    TIMEOUT = "com.microsoft:timeout"
    ARGUMENT_ERROR = "com.microsoft:argument-error"
    AUTH_FAILED = "com.microsoft:auth-failed"
    ENTITY_DISABLED = "com.microsoft:entity-disabled"
    SERVER_BUSY = "com.microsoft:server-busy"
    MESSAGE_LOCK_LOST = "com.microsoft:message-lock-lost"
    MESSAGE_NOT_FOUND = "com.microsoft:message-not-found"
    SESSION_LOCK_LOST = "com.microsoft:session-lock-lost"
    SESSION_CANNOT_BE_LOCKED = "com.microsoft:session-cannot-be-locked"
    SESSION_NOT_FOUND = "com.microsoft:session-not-found"


class AmqpError(Exception):
    """A refusal that goes to the client."""

    def __init__(self, condition: str, description: str) -> None:
        super().__init__(description)
        self.condition = condition
        self.description = description

    def wire(self) -> Described:
        """Always three fields: on a shorter rejection the SDK's sender waits for ever."""
        return Described(ERROR, [Symbol(self.condition), self.description, None])


def tracked(text: str, system: str = "NoSystemTracker") -> str:
    """The text as Service Bus ends it: with an id for support, who it was that spoke, and when."""
    moment = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
    return f"{text} TrackingId:{uuid4().hex}_G0, SystemTracker:{system}, Timestamp:{moment}"


def unauthorized(rights: Iterable[str], resource: str) -> AmqpError:
    text = (
        f"Unauthorized access. '{','.join(rights)}' claim(s) are required to perform this "
        f"operation. Resource: '{resource}'."
    )
    return AmqpError(Condition.UNAUTHORIZED, tracked(text, "gateway0"))
