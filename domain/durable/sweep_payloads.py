"""What the sweep's orchestration and activities hand to each other, as plain JSON."""

from pydantic import AwareDatetime, Field

from domain.wire import WireModel


class CellRef(WireModel):
    """One region's half of an environment, by name."""

    environment: str
    region: str


class UsageInput(WireModel):
    """Whose usage is asked for, and since when."""

    operation_id: str
    start: AwareDatetime
    """The window has no end: Azure's own clock says how far its samples reach."""
    observed_at: AwareDatetime
    """Now, by the clock of who asks."""
    cells: tuple[CellRef, ...]
    interval_minutes: int = Field(default=1, ge=1)
    """The metrics' time grain; coarser for long windows."""
