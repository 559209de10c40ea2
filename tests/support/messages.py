"""Messages of the queue `provisioning-requests`, as senders make them."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


def cloud_event(kind: str, data: Any, **attributes: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": "event-1",
        "source": "/portals/ml",
        "type": f"io.gridplane.environment.{kind}.v1",
        "data": data,
        **attributes,
    }


@dataclass(frozen=True, slots=True)
class FakeMessage:
    """As the binding's SDK type shows a message: its body comes in parts."""

    content: Any
    session_id: str | None = "fraud-llm"
    message_id: str | None = "message-1"
    enqueued_time_utc: datetime | None = datetime(2026, 11, 22, 12, tzinfo=UTC)

    @property
    def body(self) -> list[bytes]:
        content = self.content if isinstance(self.content, bytes) else encode(self.content)
        return [content[:7], content[7:]]


def encode(event: Any) -> bytes:
    return json.dumps(event).encode()
