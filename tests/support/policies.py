"""Policy files that tests decide with."""

from typing import Any

from domain.guard.policy.in_force import (
    PolicyInForce,
    PolicyReader,
    PolicyState,
    PolicyStatus,
)
from domain.guard.policy.model import Policy


def a_file(**sections: Any) -> Policy:
    return Policy.from_wire({"version": 1, **sections})


def with_budget(per_month: float, cost_center: str = "ML-1234", **budget: Any) -> Policy:
    return a_file(costCenters={cost_center: {"budget": {"perMonth": per_month, **budget}}})


def reading(policy: Policy | None, *problems: str) -> PolicyReader:
    """None: no version could be read."""
    state = PolicyState.CURRENT if policy else PolicyState.MISSING
    in_force = PolicyInForce(policy=policy, status=PolicyStatus(state=state, problems=problems))

    async def read() -> PolicyInForce:
        return in_force

    return read
