"""What an environment's record remembers for the sweep, and what the sweep reads from it."""

from typing import Any

from pydantic import AwareDatetime, Field

from domain.wire import WireModel


class IdleNotes(WireModel):
    warned_at: AwareDatetime | None = None
    expiry_warnings_sent: tuple[str, ...] = ()
    """Marks of the expiry warnings given so far."""
    slept_for_off_hours: bool = False


class IdleNote(WireModel):
    """News of the sweep for one environment: what it remembers from now on, and what it says."""

    at: AwareDatetime
    operation_id: str | None = None
    """The operation that it is about, which has begun."""
    event: str
    message: str
    warned_at: AwareDatetime | None = None
    expiry_warnings_sent: tuple[str, ...] = ()
    slept_for_off_hours: bool = False
    evidence: dict[str, Any] = Field(default_factory=dict[str, Any])
    """By region."""
