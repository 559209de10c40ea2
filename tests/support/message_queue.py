"""The queue `provisioning-requests`, without a broker between."""

from dataclasses import dataclass, field
from typing import Any

from domain.guard.market import MarketReader
from domain.guard.policy.in_force import PolicyReader, read_no_policy
from domain.spec.policy import SpecPolicy
from tests.support.fake_hub import FakeHub
from tests.support.markets import read_ample_market
from tests.support.messages import FakeMessage
from tests.support.specs import a_policy
from triggers.service_bus_requests import take_message


@dataclass(slots=True)
class MessageQueue:
    """Hands messages to the trigger and keeps what became of each, by message id."""

    hub: FakeHub
    fate: dict[str | None, str] = field(default_factory=dict[Any, str])
    reasons: dict[str | None, tuple[str, str]] = field(default_factory=dict[Any, Any])
    sleeps: list[float] = field(default_factory=list[float])
    during_sleep: list[Any] = field(default_factory=list[Any])
    policy: SpecPolicy = field(default_factory=a_policy)
    read_market: MarketReader = read_ample_market
    read_policy: PolicyReader = read_no_policy

    async def deliver(self, content: Any, message_id: str = "message-1", **changes: Any) -> str:
        message = FakeMessage(content, message_id=message_id, **changes)
        await take_message(
            message,
            self,
            self.hub,
            self.policy,
            self.read_market,
            self.sleep,
            read_policy=self.read_policy,
        )
        return self.fate.pop(message_id)

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        if self.during_sleep:
            self.during_sleep.pop(0)()

    def complete(self, message: FakeMessage) -> None:
        self.fate[message.message_id] = "completed"

    def deadletter(
        self, message: FakeMessage, deadletter_reason: str, deadletter_error_description: str
    ) -> None:
        self.fate[message.message_id] = "dead-lettered"
        self.reasons[message.message_id] = (deadletter_reason, deadletter_error_description)

    def release_session(self, session_id: str) -> None:
        assert session_id == "fraud-llm"
        self.fate["message-1"] = "released"
