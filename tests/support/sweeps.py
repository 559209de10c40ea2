"""Environments, pools and usage at noon, as the sweep's orchestrations read them."""

from collections.abc import Sequence
from typing import Any

from domain.environment.counters import CounterLook, CounterNote, GatewayCounters
from domain.environment.idle_notes import IdleNotes
from domain.environment.over_budget import OverBudget
from domain.environment.phases import Phase
from domain.outcomes import Outcome
from domain.spec.idle import Idle
from domain.sweep.model import EnvironmentSweepState, GpuPool, IdleState, SweepAction
from domain.sweep.summary import ActionResult, ResultStatus
from domain.sweep.usage import GpuPod, Sample, Usage
from tests.support.payloads import REGION
from tests.support.specs import NOON, minutes

WARNED_LONG_AGO = NOON - minutes(20)
"""Longer ago than the warning runs: what is still idle goes to zero."""


def a_look(requests: int = 7) -> CounterLook:
    """One gateway, through which so many invocations have gone and none is under way."""
    counted = GatewayCounters(restarts=0, requests=requests, answered=requests, active=0)
    return CounterLook(gateways={"gateway": counted})


def a_note(look: CounterLook | None = None, since: float = 20_000) -> CounterNote:
    """Nothing has moved for so many minutes."""
    at = NOON - minutes(since)
    return CounterNote(
        at=at, since=at, look=look or a_look(), reason="InvocationsSeen", is_use=True
    )


def a_swept(name: str = "fraud-llm", **changes: Any) -> EnvironmentSweepState:
    """Ready for hours; `changes` go to the notes, to the environment itself, or to its state."""
    notes = IdleNotes(
        warned_at=changes.get("warned_at"),
        expiry_warnings_sent=changes.pop("expiry_warnings_sent", ()),
        budget_warned_at=changes.pop("budget_warned_at", None),
    )
    return EnvironmentSweepState(
        notes=notes,
        expires_at=changes.pop("expires_at", None),
        failed_creation_at=changes.pop("failed_creation_at", None),
        state=IdleState(
            **{
                "environment": name,
                "phase": Phase.READY,
                "regions": (REGION,),
                "ready_since": NOON - minutes(600),
                "policy": Idle(),
                "counters": {REGION: a_note()},
                **changes,
            }
        ),
    )


def over_budget(**changes: Any) -> OverBudget:
    """A budget whose policy wants GPU pools at zero."""
    month = NOON.replace(day=1, hour=0)
    given = {"cost_center": "ML-1234", "spent": 120, "per_month": 100, "month_began_at": month}
    return OverBudget.from_wire({**given, "scales_down": True, **changes})


def a_gpu_pool(name: str = "fraud-llm", **changes: Any) -> GpuPool:
    cluster = f"/clusters/gp-{name}-{changes.get('region', REGION)}"
    return GpuPool(
        **{
            "environment": name,
            "region": REGION,
            "cluster_id": cluster,
            "pool_id": f"{cluster}/agentPools/gpu",
            "vm_size": "Standard_NC24ads_A100_v4",
            "node_count": 2,
            "is_ours": True,
            "hourly_price": 3.5,
            **changes,
        }
    )


def a_usage(name: str = "fraud-llm", requests: float = 0) -> Usage:
    """Of the last 40 minutes, with so many requests in each of them."""
    return Usage(
        environment=name,
        region=REGION,
        observed_at=NOON,
        requests=tuple(Sample(at=NOON - minutes(age), count=requests) for age in range(40, 1, -1)),
        gpu_pods=(GpuPod(name=name, phase="Running", is_serving=True),),
        counters=a_look(),
    )


def told_usage(usage: Sequence[Usage]) -> Outcome:
    return Outcome.succeeded(usage=[each.to_wire() for each in usage])


def a_result(name: str, action: SweepAction, **changes: Any) -> Outcome:
    """What a child of the sweep hands back."""
    result = ActionResult(
        **{
            "environment": name,
            "action": action,
            "status": ResultStatus.SUCCEEDED,
            "reason": "IdleAfterWarning",
            **changes,
        }
    )
    return Outcome.succeeded(**result.to_wire())
