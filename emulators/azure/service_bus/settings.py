"""What an entity is declared to be, read from JSON in ARM's words with durations in seconds."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from emulators.azure.control.input import BadInput, Fields, required
from emulators.azure.identity import MANAGED_IDENTITY
from emulators.azure.service_bus.access import (
    AuthorizationRule,
    Role,
    RoleAssignment,
    read_assignments,
    read_rules,
)


class Status(StrEnum):
    ACTIVE = "Active"
    DISABLED = "Disabled"
    SEND_DISABLED = "SendDisabled"
    RECEIVE_DISABLED = "ReceiveDisabled"


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """A queue's, or a subscription's. `max_delivery_count` 0: messages never leave by count."""

    name: str
    requires_session: bool = False
    max_delivery_count: int = 10
    lock_seconds: float = 60.0
    default_ttl_seconds: float | None = None
    dead_letters_expired: bool = False
    duplicate_window_seconds: float | None = None
    max_message_bytes: int = 256 * 1024
    status: Status = Status.ACTIVE
    authorization_rules: tuple[AuthorizationRule, ...] = ()
    stored: tuple[tuple[str, str], ...] = ()
    """Properties without an effect, as an administration client gave them."""

    def wire(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "requiresSession": self.requires_session,
            "maxDeliveryCount": self.max_delivery_count,
            "lockDurationSeconds": self.lock_seconds,
            "defaultMessageTimeToLiveSeconds": self.default_ttl_seconds,
            "deadLetteringOnMessageExpiration": self.dead_letters_expired,
            "duplicateDetectionHistoryTimeWindowSeconds": self.duplicate_window_seconds,
            "maxMessageSizeInKilobytes": self.max_message_bytes // 1024,
            "status": self.status,
            "authorizationRules": [rule.wire() for rule in self.authorization_rules],
        }


@dataclass(frozen=True, slots=True)
class TopicSettings:
    name: str
    default_ttl_seconds: float | None = None
    duplicate_window_seconds: float | None = None
    max_message_bytes: int = 256 * 1024
    status: Status = Status.ACTIVE
    subscriptions: tuple[QueueSettings, ...] = ()
    authorization_rules: tuple[AuthorizationRule, ...] = ()
    stored: tuple[tuple[str, str], ...] = ()

    def wire(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "defaultMessageTimeToLiveSeconds": self.default_ttl_seconds,
            "duplicateDetectionHistoryTimeWindowSeconds": self.duplicate_window_seconds,
            "maxMessageSizeInKilobytes": self.max_message_bytes // 1024,
            "status": self.status,
            "authorizationRules": [rule.wire() for rule in self.authorization_rules],
        }


@dataclass(frozen=True, slots=True)
class Entities:
    """What is declared of a namespace. Policies and roles that are None stay as they are."""

    queues: tuple[QueueSettings, ...] = ()
    topics: tuple[TopicSettings, ...] = ()
    authorization_rules: tuple[AuthorizationRule, ...] | None = None
    role_assignments: tuple[RoleAssignment, ...] | None = None


DEFAULT_ENTITIES = Entities(
    queues=(
        QueueSettings(
            "provisioning-requests",
            requires_session=True,
            dead_letters_expired=True,
            duplicate_window_seconds=600.0,
        ),
    ),
    topics=(
        TopicSettings(
            "environment-events",
            duplicate_window_seconds=600.0,
            subscriptions=(QueueSettings("all"),),
        ),
    ),
    role_assignments=(
        RoleAssignment(MANAGED_IDENTITY.object_id, Role.RECEIVER, "provisioning-requests"),
        RoleAssignment(MANAGED_IDENTITY.object_id, Role.SENDER, "environment-events"),
    ),
)


def read_entities(body: object) -> Entities:
    """`{"queues": [...], "topics": [{..., "subscriptions": [...]}]}` and who has access to it.

    Raises BadInput.
    """
    fields = Fields(body)
    queues = _each(fields, "queues")
    topics = _each(fields, "topics")
    has_rules, has_assignments = ("authorizationRules" in fields, "roleAssignments" in fields)
    rules = _each(fields, "authorizationRules")
    assignments = _each(fields, "roleAssignments")
    fields.finish()
    return Entities(
        tuple(_queue(Fields(each, "a queue"), is_queue=True) for each in queues),
        tuple(_topic(Fields(each, "a topic")) for each in topics),
        read_rules(rules) if has_rules else None,
        read_assignments(assignments) if has_assignments else None,
    )


def _each(fields: Fields, name: str) -> list[Any]:
    value = fields.anything(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadInput(f"{name} must be an array.")
    return value


def _topic(fields: Fields) -> TopicSettings:
    subscriptions = _each(fields, "subscriptions")
    topic = TopicSettings(
        name=_name(fields),
        default_ttl_seconds=fields.number("defaultMessageTimeToLiveSeconds", low=0.001),
        duplicate_window_seconds=_duplicate_window(fields),
        max_message_bytes=_max_message_bytes(fields),
        status=_status(fields),
        subscriptions=tuple(
            _queue(Fields(each, "a subscription"), is_queue=False) for each in subscriptions
        ),
        authorization_rules=read_rules(_each(fields, "authorizationRules")),
    )
    fields.finish()
    return topic


def _queue(fields: Fields, is_queue: bool) -> QueueSettings:
    """A subscription is the same without detection of duplicates and policies of its own."""
    queue = QueueSettings(
        name=_name(fields),
        requires_session=fields.flag("requiresSession"),
        max_delivery_count=required(
            fields.integer("maxDeliveryCount", 10, low=1, high=2000), "maxDeliveryCount"
        ),
        lock_seconds=required(
            fields.number("lockDurationSeconds", 60.0, low=0.001), "lockDurationSeconds"
        ),
        default_ttl_seconds=fields.number("defaultMessageTimeToLiveSeconds", low=0.001),
        dead_letters_expired=fields.flag("deadLetteringOnMessageExpiration"),
        duplicate_window_seconds=_duplicate_window(fields) if is_queue else None,
        max_message_bytes=_max_message_bytes(fields),
        status=_status(fields),
        authorization_rules=read_rules(_each(fields, "authorizationRules")) if is_queue else (),
    )
    fields.finish()
    return queue


def _name(fields: Fields) -> str:
    name = required(fields.text("name"), "name")
    if not name or name.startswith(("/", "$")) or name.endswith("/"):
        raise BadInput("name must be an entity's name.")
    return name


def _duplicate_window(fields: Fields) -> float | None:
    return fields.number("duplicateDetectionHistoryTimeWindowSeconds", low=0.001)


def _max_message_bytes(fields: Fields) -> int:
    kilobytes = fields.integer("maxMessageSizeInKilobytes", 256, low=1, high=102_400)
    return 1024 * required(kilobytes, "maxMessageSizeInKilobytes")


def _status(fields: Fields) -> Status:
    text = fields.text("status", Status.ACTIVE)
    try:
        return Status(text or Status.ACTIVE)
    except ValueError:
        raise BadInput(f"status must be one of {', '.join(Status)}.") from None
