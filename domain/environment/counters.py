"""Counters that the pods of a cell told in one look, and what the record keeps of them."""

from pydantic import AwareDatetime, Field

from domain.wire import WireModel

GATEWAY_UNREACHABLE = "GatewayUnreachable"
COUNTERS_MISSING = "CountersMissing"
"""Why a gateway told nothing."""


class GatewayCounters(WireModel):
    """Invocations of the model through one gateway, since its container started."""

    restarts: int = Field(ge=0)
    """Of the container: each begins to count at zero."""
    requests: int = Field(ge=0)
    """Sent to the model, each attempt."""
    answered: int = Field(ge=0)
    """Answers of the model, and of the gateway where no replica could be asked."""
    active: int = Field(ge=0)
    """Under way at the moment."""
    errors: int | None = Field(default=None, ge=0)
    """Answers of status 5xx; None on records of looks that did not ask for them."""


class EngineFigures(WireModel):
    """What the inference engine of one pod says of itself."""

    restarts: int = Field(ge=0)
    running: float = 0
    waiting: float = 0
    tokens: float | None = None
    """Read and generated since its start; None from an engine that does not count them."""
    tokens_in: float | None = None
    """Those that it has read."""
    tokens_out: float | None = None


class CounterLook(WireModel):
    """One look at a cell, by pod."""

    gateways: dict[str, GatewayCounters] = Field(default_factory=dict[str, GatewayCounters])
    unread: dict[str, str] = Field(default_factory=dict[str, str])
    """Gateways that told nothing, and why."""
    engines: dict[str, EngineFigures] = Field(default_factory=dict[str, EngineFigures])
    """Of the engines that have such metrics."""
    gpu_percent: float | None = None
    """The busiest GPU of the moment; None where nothing exports it."""


class CounterNote(WireModel):
    """What the record keeps of a cell: the latest look that differed from the one before."""

    at: AwareDatetime
    look: CounterLook
    since: AwareDatetime
    """Since when nothing has moved and nothing was under way."""
    reason: str
    """Why it is not earlier."""
    is_use: bool
    """Whether that was use; otherwise it is not known."""


class RecordCounters(WireModel):
    """Looks, to be recorded, by region."""

    notes: dict[str, CounterNote]
