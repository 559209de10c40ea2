"""What an entity is as XML: its settings and its counts, in the order in which Azure has them."""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from emulators.azure.service_bus.access import AuthorizationRule, Right
from emulators.azure.service_bus.administration.atom import (
    COUNTS,
    INSTANCE,
    NEVER,
    SERVICE_BUS,
    child,
    moment,
)
from emulators.azure.service_bus.administration.durations import write_duration
from emulators.azure.service_bus.message import MessageState
from emulators.azure.service_bus.queue import Queue
from emulators.azure.service_bus.settings import QueueSettings, TopicSettings
from emulators.azure.service_bus.topic import Topic

DUPLICATE_WINDOW_SECONDS = 600.0
"""What is told of an entity that does not detect duplicates."""


def describe_queue(queue: Queue) -> Element:
    settings = queue.settings
    root = Element(f"{{{SERVICE_BUS}}}QueueDescription")
    child(root, "LockDuration", write_duration(settings.lock_seconds))
    _stored(root, settings, "MaxSizeInMegabytes", "1024")
    _duplicate_detection(root, settings)
    child(root, "RequiresSession", _flag(settings.requires_session))
    child(root, "DefaultMessageTimeToLive", write_duration(settings.default_ttl_seconds))
    child(root, "DeadLetteringOnMessageExpiration", _flag(settings.dead_letters_expired))
    _duplicate_window(root, settings)
    child(root, "MaxDeliveryCount", str(settings.max_delivery_count))
    _stored(root, settings, "EnableBatchedOperations", "true")
    child(root, "SizeInBytes", str(_size(queue)))
    child(root, "MessageCount", str(_message_count(queue)))
    child(root, "IsAnonymousAccessible", "false")
    _rules(root, settings.authorization_rules, queue.created_at)
    _state(root, queue)
    _stored(root, settings, "SupportOrdering", "true")
    _count_details(root, _counts(queue))
    _stored(root, settings, "AutoDeleteOnIdle", write_duration(None))
    child(root, "EnablePartitioning", "false")
    child(root, "EntityAvailabilityStatus", "Available")
    _stored(root, settings, "EnableExpress", "false")
    child(root, "MaxMessageSizeInKilobytes", str(settings.max_message_bytes // 1024))
    return root


def describe_topic(topic: Topic) -> Element:
    settings = topic.settings
    root = Element(f"{{{SERVICE_BUS}}}TopicDescription")
    child(root, "DefaultMessageTimeToLive", write_duration(settings.default_ttl_seconds))
    _stored(root, settings, "MaxSizeInMegabytes", "1024")
    _duplicate_detection(root, settings)
    _duplicate_window(root, settings)
    _stored(root, settings, "EnableBatchedOperations", "true")
    child(root, "SizeInBytes", str(sum(_size(each) for each in topic.subscriptions.values())))
    _stored(root, settings, "FilteringMessagesBeforePublishing", "false")
    child(root, "IsAnonymousAccessible", "false")
    _rules(root, settings.authorization_rules, topic.created_at)
    _state(root, topic)
    _stored(root, settings, "SupportOrdering", "true")
    _count_details(root, {"ScheduledMessageCount": len(topic.schedule.messages)})
    child(root, "SubscriptionCount", str(len(topic.subscriptions)))
    _stored(root, settings, "AutoDeleteOnIdle", write_duration(None))
    child(root, "EnablePartitioning", "false")
    child(root, "EntityAvailabilityStatus", "Available")
    child(root, "EnableSubscriptionPartitioning", "false")
    _stored(root, settings, "EnableExpress", "false")
    child(root, "MaxMessageSizeInKilobytes", str(settings.max_message_bytes // 1024))
    return root


def describe_subscription(queue: Queue) -> Element:
    settings = queue.settings
    root = Element(f"{{{SERVICE_BUS}}}SubscriptionDescription")
    child(root, "LockDuration", write_duration(settings.lock_seconds))
    child(root, "RequiresSession", _flag(settings.requires_session))
    child(root, "DefaultMessageTimeToLive", write_duration(settings.default_ttl_seconds))
    child(root, "DeadLetteringOnMessageExpiration", _flag(settings.dead_letters_expired))
    _stored(root, settings, "DeadLetteringOnFilterEvaluationExceptions", "true")
    child(root, "MessageCount", str(_message_count(queue)))
    child(root, "MaxDeliveryCount", str(settings.max_delivery_count))
    _stored(root, settings, "EnableBatchedOperations", "true")
    _state(root, queue)
    _count_details(root, _counts(queue))
    _stored(root, settings, "AutoDeleteOnIdle", write_duration(None))
    child(root, "EntityAvailabilityStatus", "Available")
    return root


def describe_default_rule(created_at: float) -> Element:
    """The one rule that each subscription has here: everything passes."""
    root = Element(f"{{{SERVICE_BUS}}}RuleDescription")
    true = child(root, "Filter")
    true.set(f"{{{INSTANCE}}}type", "TrueFilter")
    child(true, "SqlExpression", "1=1")
    child(true, "CompatibilityLevel", "20")
    child(root, "Action").set(f"{{{INSTANCE}}}type", "EmptyRuleAction")
    child(root, "CreatedAt", moment(created_at))
    child(root, "Name", "$Default")
    return root


def describe_namespace(name: str, began_at: float) -> Element:
    root = Element(f"{{{SERVICE_BUS}}}NamespaceInfo")
    child(root, "CreatedTime", moment(began_at))
    child(root, "MessagingSKU", "Standard")
    child(root, "ModifiedTime", moment(began_at))
    child(root, "Name", name)
    child(root, "NamespaceType", "Messaging")
    return root


def _duplicate_detection(root: Element, settings: QueueSettings | TopicSettings) -> None:
    detects = settings.duplicate_window_seconds is not None
    child(root, "RequiresDuplicateDetection", _flag(detects))


def _duplicate_window(root: Element, settings: QueueSettings | TopicSettings) -> None:
    seconds = settings.duplicate_window_seconds or DUPLICATE_WINDOW_SECONDS
    child(root, "DuplicateDetectionHistoryTimeWindow", write_duration(seconds))


def _state(root: Element, entity: Queue | Topic) -> None:
    child(root, "Status", entity.settings.status)
    metadata = dict(entity.settings.stored).get("UserMetadata")
    if metadata is not None:
        child(root, "UserMetadata", metadata)
    child(root, "CreatedAt", moment(entity.created_at))
    child(root, "UpdatedAt", moment(entity.updated_at))
    child(root, "AccessedAt", NEVER)


def _rules(root: Element, rules: tuple[AuthorizationRule, ...], created_at: float) -> None:
    parent = child(root, "AuthorizationRules")
    for rule in rules:
        element = child(parent, "AuthorizationRule")
        element.set(f"{{{INSTANCE}}}type", "SharedAccessAuthorizationRule")
        child(element, "ClaimType", "SharedAccessKey")
        child(element, "ClaimValue", "None")
        rights = child(element, "Rights")
        for right in (each for each in Right if each in rule.rights):
            child(rights, "AccessRights", right)
        child(element, "CreatedTime", moment(created_at))
        child(element, "ModifiedTime", moment(created_at))
        child(element, "KeyName", rule.name)
        child(element, "PrimaryKey", rule.key)
        child(element, "SecondaryKey", rule.key)


def _count_details(root: Element, counts: Mapping[str, int]) -> None:
    parent = child(root, "CountDetails")
    for name in ("ActiveMessageCount", "DeadLetterMessageCount", "ScheduledMessageCount"):
        child(parent, name, str(counts.get(name, 0)), COUNTS)
    for name in ("TransferMessageCount", "TransferDeadLetterMessageCount"):
        child(parent, name, "0", COUNTS)


def _counts(queue: Queue) -> dict[str, int]:
    states = [message.state for message in queue.messages.values()]
    return {
        "ActiveMessageCount": states.count(MessageState.ACTIVE),
        "DeadLetterMessageCount": len(queue.dead_letters.messages) if queue.dead_letters else 0,
        "ScheduledMessageCount": len(queue.schedule.messages),
    }


def _message_count(queue: Queue) -> int:
    """All of them: what is deferred has no count of its own."""
    counts = _counts(queue)
    others = counts["DeadLetterMessageCount"] + counts["ScheduledMessageCount"]
    return len(queue.messages) + others


def _size(queue: Queue) -> int:
    waiting = (*queue.messages.values(), *queue.schedule.messages.values())
    return sum(len(each.content.body) + len(each.content.application) for each in waiting)


def _stored(root: Element, settings: Any, name: str, default: str) -> None:
    child(root, name, dict(settings.stored).get(name, default))


def _flag(value: bool) -> str:
    return "true" if value else "false"
