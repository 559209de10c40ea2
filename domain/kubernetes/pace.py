"""How often a cell is looked at whose readiness is awaited."""

from datetime import datetime

from domain.kubernetes.observation import Observation

FIRST_DELAY = 5.0
LONGEST_DELAY = 15.0
"""Seconds between reads: the first delay until GROWTH_BEGINS, the longest from GROWTH_ENDS on."""

GROWTH_BEGINS = 60.0
GROWTH_ENDS = 300.0
"""Seconds since the wait began."""

STARTING_DELAY = 10.0
"""Of pods whose images are being pulled, which takes a minute or more."""

SHARE_NEAR_THE_END = 0.5
"""Of the delay, once all that is missing are models that load. The looks that it costs are those
that are saved while images are pulled."""


def decide_delay(
    observation: Observation, now: datetime, started_at: datetime, deadline: datetime
) -> float:
    """Seconds, growing with the wait; the last read falls on the deadline."""
    elapsed = (now - started_at).total_seconds()
    grown = min(max((elapsed - GROWTH_BEGINS) / (GROWTH_ENDS - GROWTH_BEGINS), 0.0), 1.0)
    delay = FIRST_DELAY + (LONGEST_DELAY - FIRST_DELAY) * grown
    waiting = [pod for pod in observation.latest_pods if not pod.ready]
    if waiting and all(pod.phase == "Running" and not pod.reason for pod in waiting):
        delay *= SHARE_NEAR_THE_END
    elif elapsed > GROWTH_BEGINS and any(pod.reason == "ContainerCreating" for pod in waiting):
        delay = max(delay, STARTING_DELAY)
    return max(1.0, min(delay, (deadline - now).total_seconds()))
