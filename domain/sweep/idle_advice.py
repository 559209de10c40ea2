"""What other idle settings would have cost on an environment's own history."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from pydantic import AwareDatetime, Field

from domain.arm.managed_cluster import first_gpu_node_count
from domain.catalog.prices import shipped_as_of, shipped_prices
from domain.environment.operation import Operation, OperationKind
from domain.environment.record import EnvironmentRecord
from domain.environment.use_history import (
    SLOT_MINUTES,
    requests_by_slot,
    seen_until,
    slot_of,
    start_of,
)
from domain.outcomes import Status
from domain.spec.idle import Idle, IdleAction, OffHours
from domain.spec.off_hours import is_off_hours
from domain.sweep.idle_simulation import IdleSetting, SimulatedUse, simulate
from domain.sweep.record_notes import SWEEP_CALLER
from domain.sweep.usage import SweepPolicy
from domain.wire import WireModel

VARIANTS = (5, 10, 15, 30, 60, 120, 240, 480)
"""Of `idle.afterMinutes`."""

NIGHT = OffHours(time_zone="Etc/UTC", start="20:00", end="07:00")
"""Where the specification has no off hours."""

MINUTES_TO_WAKE = 7.0
"""Where no wake of the environment is on record: 3.9 minutes of a node pool (median of 817
recorded creations) and some 3 until its pods are Ready and answer."""


class IdleOption(WireModel):
    """One setting, and what it would have led to."""

    setting: str = Field(
        description="In words.", examples=["scale to zero 30 minutes after the last request"]
    )
    idle: Idle = Field(description="What to put under `idle` of the specification.")
    min_nodes: int = Field(description="What to put under `gpu.minNodes`.", examples=[0])
    is_current: bool = Field(description="Whether the specification says so at present.")
    gpu_hours: float = Field(
        description="Hours with GPU nodes, also while they start.", examples=[31.5]
    )
    cold_starts: int = Field(description="Starts that a request waited for.", examples=[12])
    requests_waiting: int = Field(
        description="Requests that would have found the model asleep or starting.", examples=[14]
    )
    cost_usd: float | None = Field(
        default=None,
        description="List price of the GPU hours; absent if no price is known.",
        examples=[150.4],
    )
    saved_usd: float | None = Field(
        default=None,
        description="Less than the present setting would have cost; negative if it is more.",
        examples=[42.1],
    )


class IdleAdvice(WireModel):
    """Idle settings compared on the use that sweeps have seen of one environment."""

    environment: str = Field(description="Name of the environment.", examples=["fraud-llm"])
    since_date_time: AwareDatetime | None = Field(
        default=None, description="First look of the history; absent if there was none yet."
    )
    until_date_time: AwareDatetime = Field(description="Until when it is.")
    observed_hours: float = Field(description="Hours of the history.", examples=[336.0])
    hours_in_use: float = Field(
        description="Of those, in steps of 5 minutes in which there was use.", examples=[11.25]
    )
    requests: int = Field(description="Requests that were counted.", examples=[5211])
    minutes_to_wake: float = Field(
        description="From the call to Ready: median of its own latest wakes, or 7.",
        examples=[6.8],
    )
    usd_per_hour: float | None = Field(
        default=None,
        description="List price of the GPU nodes that serve; absent if it is not known.",
        examples=[4.775],
    )
    price_as_of: AwareDatetime = Field(description="Date of the list prices.")
    value: tuple[IdleOption, ...] = Field(
        description="From the shortest time to never, then off hours; empty without a history."
    )


def advise_on_idle(record: EnvironmentRecord, now: datetime) -> IdleAdvice:
    history = record.use_history
    use = requests_by_slot(history) | _wakes(record)
    since, until = history.since, max(now, seen_until(history) or now)
    slots = range(slot_of(since), slot_of(until)) if since else range(0)
    price, minutes = _price_per_hour(record), _minutes_to_wake(record)
    options = tuple(_compare(record, use, slots, price, minutes)) if slots else ()
    return IdleAdvice(
        environment=record.name,
        since_date_time=since,
        until_date_time=until,
        observed_hours=_hours(len(slots)),
        hours_in_use=_hours(sum(slot in use for slot in slots)),
        requests=sum(each.requests for each in history.periods),
        minutes_to_wake=minutes,
        usd_per_hour=price,
        price_as_of=shipped_as_of(),
        value=options,
    )


def _compare(
    record: EnvironmentRecord,
    use: dict[int, int],
    slots: range,
    price: float | None,
    minutes_to_wake: float,
) -> Iterator[IdleOption]:
    wake_slots = max(1, round(minutes_to_wake / SLOT_MINUTES))
    choices = _list_choices(record)
    found = [simulate(use, slots, _setting_of(*each), wake_slots) for each in choices]
    current = choices.index(_current(record))
    for number, (choice, simulated) in enumerate(zip(choices, found, strict=True)):
        option = _option(choice, simulated, price)
        saved = price and _cost(found[current], price) - _cost(simulated, price)
        yield option.model_copy(
            update={
                "is_current": number == current,
                "saved_usd": None if saved is None else round(saved, 2),
            }
        )


type _Choice = tuple[Idle, int]
"""`idle` and `gpu.minNodes`."""


def _list_choices(record: EnvironmentRecord) -> list[_Choice]:
    """The present one takes the place of its like."""
    idle, min_nodes = record.spec.idle, record.spec.gpu.min_nodes
    scaling = idle.model_copy(update={"action": IdleAction.SCALE_TO_ZERO, "off_hours": None})
    timed = [(scaling.model_copy(update={"after_minutes": each}), 0) for each in VARIANTS]
    never = (scaling.model_copy(update={"action": IdleAction.NONE}), min_nodes)
    at_night = scaling.model_copy(update={"off_hours": idle.off_hours or NIGHT})
    listed = [*timed, never, (at_night, max(1, min_nodes)), _current(record)]
    choices = {_kind(*each): each for each in listed}
    return [choices[kind] for kind in sorted(choices)]


def _kind(idle: Idle, min_nodes: int) -> tuple[bool, bool, int]:
    """Alike for settings that do the same."""
    setting = _setting_of(idle, min_nodes)
    is_timed = setting.idle_slots is not None and setting.sleeps_only_in is None
    return not is_timed, setting.idle_slots is not None, idle.after_minutes if is_timed else 0


def _current(record: EnvironmentRecord) -> _Choice:
    """Off hours mean nothing to a pool that may sleep at any time."""
    idle, min_nodes = record.spec.idle, record.spec.gpu.min_nodes
    return (idle if min_nodes else idle.model_copy(update={"off_hours": None}), min_nodes)


def _setting_of(idle: Idle, min_nodes: int) -> IdleSetting:
    """The sweep acts once its warning was out for a while."""
    if idle.action is not IdleAction.SCALE_TO_ZERO or (min_nodes and idle.off_hours is None):
        return IdleSetting(idle_slots=None)
    minutes = idle.after_minutes + SweepPolicy().warning_minutes
    slots = -(-minutes // SLOT_MINUTES)
    return IdleSetting(slots, partial(_is_in, idle.off_hours) if min_nodes else None)


def _is_in(off_hours: OffHours | None, slot: int) -> bool:
    return is_off_hours(off_hours, start_of(slot))


def _option(choice: _Choice, simulated: SimulatedUse, price: float | None) -> IdleOption:
    idle, min_nodes = choice
    return IdleOption(
        setting=_describe(idle, min_nodes),
        idle=idle,
        min_nodes=min_nodes,
        is_current=False,
        gpu_hours=_hours(simulated.slots_awake),
        cold_starts=simulated.cold_starts,
        requests_waiting=simulated.requests_waiting,
        cost_usd=None if price is None else round(_cost(simulated, price), 2),
    )


def _describe(idle: Idle, min_nodes: int) -> str:
    setting = _setting_of(idle, min_nodes)
    if setting.idle_slots is None:
        return "never scale to zero"
    words = f"scale to zero {idle.after_minutes} minutes after the last request"
    off = idle.off_hours if min_nodes else None
    return f"{words}, from {off.start} to {off.end} ({off.time_zone}) only" if off else words


def _wakes(record: EnvironmentRecord) -> dict[int, int]:
    """Use that no counter has seen: what was called while the model slept."""
    return {
        slot_of(each.created_at): 1
        for each in record.operations
        if each.kind is OperationKind.WAKE and not _is_by_clock(record, each)
    }


def _is_by_clock(record: EnvironmentRecord, wake: Operation) -> bool:
    """Whether the end of off hours has begun it."""
    return wake.requested_by == SWEEP_CALLER and record.spec.gpu.min_nodes > 0


def _minutes_to_wake(record: EnvironmentRecord) -> float:
    taken = sorted(
        (each.last_action_at - each.created_at) / timedelta(minutes=1)
        for each in record.operations
        if each.kind is OperationKind.WAKE and each.status is Status.SUCCEEDED
    )
    return round(taken[len(taken) // 2], 1) if taken else MINUTES_TO_WAKE


def _price_per_hour(record: EnvironmentRecord) -> float | None:
    """Of the nodes that serve in all cells; None if one has no list price."""
    prices: list[float] = []
    for offer in map(record.offer_of, record.spec.regions):
        shipped = shipped_prices(offer.region)
        price = shipped.find(offer.vm_size, offer.spot) if shipped else None
        if price is None:
            return None
        prices.append(price * first_gpu_node_count(offer.apply(record.spec)))
    return round(sum(prices), 4)


def _cost(simulated: SimulatedUse, price: float) -> float:
    return simulated.slots_awake * SLOT_MINUTES / 60 * price


def _hours(slots: int) -> float:
    return round(slots * SLOT_MINUTES / 60, 2)
