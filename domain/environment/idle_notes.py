"""What an environment's record keeps for the sweep."""

from typing import Any

from pydantic import AwareDatetime, Field

from domain.wire import WireModel


class IdleNotes(WireModel):
    warned_at: AwareDatetime | None = None
    expiry_warnings_sent: tuple[str, ...] = ()
    """Keys of the expiry warnings sent so far."""
    slept_for_off_hours: bool = False
    budget_warned_at: AwareDatetime | None = None
    """When the sweep has warned that the cost center's budget is spent."""


class IdleNote(WireModel):
    """An action of the sweep, to be recorded: a timeline event and the new idle notes."""

    at: AwareDatetime
    operation_id: str | None = None
    """The operation that the action started."""
    event: str
    message: str
    warned_at: AwareDatetime | None = None
    expiry_warnings_sent: tuple[str, ...] = ()
    slept_for_off_hours: bool = False
    budget_warned_at: AwareDatetime | None = None
    """None: as before."""
    evidence: dict[str, Any] = Field(default_factory=dict[str, Any])
    """By region."""
