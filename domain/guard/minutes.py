"""How long an operation takes until the environment is Ready, from recorded durations."""

from collections.abc import Iterable

from pydantic import Field

from domain.guard.changes import ChangeEffect, FieldChange
from domain.spec.model import EnvironmentSpec
from domain.spec.update import Update
from domain.wire import WireModel

CREATION = (11.0, 19.0)
"""Median and 90th percentile in minutes. Creations of AKS clusters were recorded to take 4.8 and
6.6 minutes (187 of them, 2024 and later); driver, image and Front Door's propagation follow or run
beside them."""

POOL_CREATION = (4.0, 6.5)
"""Creation of a node pool: 3.9 and 6.4 minutes recorded (817 of them)."""

IN_PLACE = (1.6, 4.3)
"""An update of a cluster: 1.6 and 4.3 minutes recorded (2,928 of them)."""


SHARE_ARRIVES = (1.0, 2.0)
"""A changed ConfigMap reaches a gateway with the kubelet's next look, which is a minute later at
most, and then as old as its cache has it."""


class MinutesToReady(WireModel):
    """Minutes from the request until the model answers, without the time that it loads weights."""

    typical: float = Field(description="Half of all operations are faster.", examples=[11.0])
    slow: float = Field(description="One in ten is slower.", examples=[19.0])
    starting_up_to: int = Field(
        description="Minutes that the model may take to start, in addition.", examples=[15]
    )


def minutes_to_ready(
    spec: EnvironmentSpec,
    changes: Iterable[FieldChange],
    *,
    is_new: bool,
    is_shifted: bool = False,
) -> MinutesToReady | None:
    """None if nothing is to do. `is_shifted`: the new version is watched beside the old one, and
    starts once more in its place."""
    effects = {change.effect for change in changes}
    if is_new:
        typical, slow = CREATION
    elif ChangeEffect.RECREATED in effects:
        typical, slow = POOL_CREATION
    elif effects:
        typical, slow = IN_PLACE
    else:
        return None
    workload = spec.workload
    startup = workload.start_minutes
    if is_shifted and spec.update:
        watched, arrival = spec.update.watched_minutes, minutes_of_shifts(spec.update)
        typical, slow = typical + watched + arrival[0], slow + watched + arrival[1]
        startup += workload.rollout_minutes
    elif ChangeEffect.ROLLING in effects:
        startup = workload.rollout_minutes
    return MinutesToReady(typical=typical, slow=slow, starting_up_to=startup)


def minutes_of_shifts(update: Update) -> tuple[float, float]:
    """Until all gateways have each share, and in the end that one version answers alone."""
    shares = len(update.weights()) + 1
    typical, slow = SHARE_ARRIVES
    return shares * typical, shares * slow
