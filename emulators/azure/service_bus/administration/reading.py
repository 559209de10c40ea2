"""Settings of entities read from their descriptions in XML."""

from xml.etree.ElementTree import Element

from emulators.azure.control.input import BadInput
from emulators.azure.service_bus.access import AuthorizationRule, read_rules
from emulators.azure.service_bus.administration.atom import local_name
from emulators.azure.service_bus.administration.descriptions import DUPLICATE_WINDOW_SECONDS
from emulators.azure.service_bus.administration.durations import FOR_EVER, read_duration
from emulators.azure.service_bus.administration.errors import bad_request, not_simulated
from emulators.azure.service_bus.settings import QueueSettings, Status, TopicSettings

LONGEST_LOCK_SECONDS = 300.0
NOT_SIMULATED = ("ForwardTo", "ForwardDeadLetteredMessagesTo")
STORED = (
    *("MaxSizeInMegabytes", "EnableBatchedOperations", "UserMetadata", "AutoDeleteOnIdle"),
    *("SupportOrdering", "EnableExpress", "FilteringMessagesBeforePublishing"),
    "DeadLetteringOnFilterEvaluationExceptions",
)
"""They come back as they were given, and have no effect."""


class Properties:
    """The elements of a description by name; what is missing has its default. Raises Refusal."""

    def __init__(self, description: Element) -> None:
        self._elements = {local_name(each): each for each in description}
        for name in NOT_SIMULATED:
            if self.text(name):
                raise not_simulated(name)
        if self.flag("EnablePartitioning"):
            raise not_simulated("EnablePartitioning")

    def text(self, name: str, default: str = "") -> str:
        element = self._elements.get(name)
        return default if element is None else (element.text or "").strip()

    def flag(self, name: str) -> bool:
        return self.text(name, "false").lower() in ("true", "1")

    def number(self, name: str, default: int, low: int, high: int) -> int:
        text = self.text(name, str(default))
        if not text.isdecimal() or not low <= int(text) <= high:
            raise bad_request(f"The value '{text}' of {name} is not from {low} to {high}.")
        return int(text)

    def duration(self, name: str, default: str) -> float | None:
        return read_duration(self.text(name, default), name)

    def lock_seconds(self) -> float:
        seconds = self.duration("LockDuration", "PT1M")
        if seconds is None or not 0 < seconds <= LONGEST_LOCK_SECONDS:
            raise bad_request("The supplied lock time exceeds the allowed maximum of '5' minutes.")
        return seconds

    def duplicate_window(self) -> float | None:
        window = self.duration("DuplicateDetectionHistoryTimeWindow", "PT10M")
        return (
            (window or DUPLICATE_WINDOW_SECONDS)
            if self.flag("RequiresDuplicateDetection")
            else None
        )

    def status(self) -> Status:
        text = self.text("Status", Status.ACTIVE)
        if text not in list(Status):
            raise bad_request(f"The value '{text}' of Status is not known.")
        return Status(text)

    def max_message_bytes(self) -> int:
        return 1024 * self.number("MaxMessageSizeInKilobytes", 256, 1, 102_400)

    def rules(self) -> tuple[AuthorizationRule, ...]:
        parent = self._elements.get("AuthorizationRules")
        try:
            return read_rules(_rule(each) for each in (() if parent is None else parent))
        except BadInput as problem:
            raise bad_request(str(problem)) from None

    def stored(self) -> tuple[tuple[str, str], ...]:
        return tuple((name, self.text(name)) for name in STORED if name in self._elements)


def read_queue(name: str, description: Element) -> QueueSettings:
    """A queue; a subscription has neither duplicate detection nor policies of its own."""
    given = Properties(description)
    return QueueSettings(
        name=name,
        requires_session=given.flag("RequiresSession"),
        max_delivery_count=given.number("MaxDeliveryCount", 10, 1, 2000),
        lock_seconds=given.lock_seconds(),
        default_ttl_seconds=given.duration("DefaultMessageTimeToLive", FOR_EVER),
        dead_letters_expired=given.flag("DeadLetteringOnMessageExpiration"),
        duplicate_window_seconds=given.duplicate_window(),
        max_message_bytes=given.max_message_bytes(),
        status=given.status(),
        authorization_rules=given.rules(),
        stored=given.stored(),
    )


def read_topic(name: str, description: Element) -> TopicSettings:
    given = Properties(description)
    return TopicSettings(
        name=name,
        default_ttl_seconds=given.duration("DefaultMessageTimeToLive", FOR_EVER),
        duplicate_window_seconds=given.duplicate_window(),
        max_message_bytes=given.max_message_bytes(),
        status=given.status(),
        authorization_rules=given.rules(),
        stored=given.stored(),
    )


def _rule(element: Element) -> dict[str, object]:
    """A policy as the control API has it."""
    texts = {local_name(each): each.text or "" for each in element}
    rights = next((each for each in element if local_name(each) == "Rights"), ())
    return {
        "name": texts.get("KeyName"),
        "rights": [each.text or "" for each in rights],
        "primaryKey": texts.get("PrimaryKey") or None,
    }
