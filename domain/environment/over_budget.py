"""A budget that is spent, as the sweep is told of it for each environment of the cost center."""

from pydantic import AwareDatetime

from domain.wire import WireModel


class OverBudget(WireModel):
    cost_center: str
    spent: float
    """USD since the first of the month."""
    per_month: float
    """USD."""
    month_began_at: AwareDatetime
    scales_down: bool
    """Whether the policy wants GPU pools at zero, and not only a warning."""
