"""Decides how the shift of traffic to a new version goes on: by what the gateways have counted."""

from collections.abc import Callable
from dataclasses import dataclass

from domain.outcomes import Failure
from domain.serving.traffic import Answers, GatewayTraffic, TrafficLook
from domain.spec.update import RollbackBounds

LEAST_ANSWERS = 20
"""Two failures are no rate, and two answers no mean."""

GATEWAYS_NOT_SHIFTED = "GatewaysNotShifted"
ERROR_RATE_EXCEEDED = "NewVersionErrors"
LATENCY_EXCEEDED = "NewVersionSlow"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What both versions have answered since a first look."""

    old: Answers
    new: Answers

    @property
    def old_milliseconds(self) -> float | None:
        """None if there are too few answers for a mean."""
        return _mean(self.old)

    @property
    def has_new_mean(self) -> bool:
        return _mean(self.new) is not None

    def describe(self) -> str:
        return f"New version: {_describe(self.new)}; old version: {_describe(self.old)}."


def has_arrived(look: TrafficLook, routes: str) -> bool:
    """Whether every gateway, also one that drains, has these routes."""
    if look.unread or not look.gateways:
        return False
    return all(each.routes == routes for each in look.gateways.values())


def compare(first: TrafficLook, latest: TrafficLook) -> Comparison:
    """A gateway that has started since begins at zero; what one that is gone had counted since
    the look before is lost."""
    return Comparison(
        old=_since(first, latest, lambda each: each.old),
        new=_since(first, latest, lambda each: each.new or Answers()),
    )


def find_exceeded(
    seen: Comparison, bounds: RollbackBounds, old_milliseconds: float | None
) -> Failure | None:
    """The bound that the new version has crossed. `old_milliseconds`: of the old one, as measured
    last in the same update."""
    counted = max(seen.new.answered, LEAST_ANSWERS)
    failed = 100 * seen.new.failed / counted
    if failed > bounds.error_rate_percent:
        few = seen.new.answered < LEAST_ANSWERS
        share = f" of {LEAST_ANSWERS} answers, of which there are fewer" if few else ""
        return _rolled_back(
            ERROR_RATE_EXCEEDED,
            f"{seen.new.failed} of {seen.new.answered} answers of the new version had a status of "
            f"500 or above: {failed:.3g} %{share}; the bound is {bounds.error_rate_percent} %.",
        )
    old, new = old_milliseconds, _mean(seen.new)
    if not old or not new:
        return None
    if new > old * bounds.latency_factor:
        return _rolled_back(
            LATENCY_EXCEEDED,
            f"The new version took {new:.0f} ms for an answer, the old one {old:.0f} ms: "
            f"{new / old:.1f} times as long; the bound is {bounds.latency_factor:g}.",
        )
    return None


def gateways_not_shifted(look: TrafficLook | None, routes: str) -> Failure:
    behind = sorted(
        name for name, each in (look.gateways if look else {}).items() if each.routes != routes
    )
    unread = look.unread if look else ()
    return Failure(
        reason=GATEWAYS_NOT_SHIFTED,
        message="Not every gateway was seen to have the new shares. Still with others: "
        f"{', '.join(behind) or 'none'}; not answering: {', '.join(unread) or 'none'}.",
        retryable=False,
        suggested_action="Look at the gateways' pods, then send the specification again.",
    )


def traffic_unseen() -> Failure:
    return Failure(
        reason="TrafficUnseen",
        message="The counters of the gateways could not be read when the share was to grow.",
        retryable=True,
        suggested_action="Send the specification again once the cluster's API answers.",
    )


def _since(
    first: TrafficLook, latest: TrafficLook, of: Callable[[GatewayTraffic], Answers]
) -> Answers:
    total = Answers()
    for pod, now in latest.gateways.items():
        before = first.gateways.get(pod)
        is_same = before is not None and before.restarts == now.restarts
        total = total.plus(of(now).minus(of(before)) if before and is_same else of(now))
    return total


def _mean(answers: Answers) -> float | None:
    return answers.mean_milliseconds if answers.timed >= LEAST_ANSWERS else None


def _describe(answers: Answers) -> str:
    mean = answers.mean_milliseconds
    time = f", {mean:.0f} ms each" if mean is not None else ""
    return f"{answers.answered} answers, {answers.failed} failed{time}"


def _rolled_back(reason: str, message: str) -> Failure:
    return Failure(
        reason=reason,
        message=message,
        retryable=False,
        suggested_action="Correct the new version, or the bounds in update.rollbackOn, and send "
        "the specification again. The old version serves all requests.",
    )
