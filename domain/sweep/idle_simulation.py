"""What an idle setting would have done to a GPU pool whose use is known.

Time is counted in slots of any length. The sweep sees a slot once it is over.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IdleSetting:
    """When the pool goes to zero; without use it stays there until it is asked again."""

    idle_slots: int | None
    """After so many slots without use; None: never."""
    sleeps_only_in: Callable[[int], bool] | None = None
    """Slots in which it may be at zero: outside of them it is awake, asked or not."""


@dataclass(frozen=True, slots=True)
class SimulatedUse:
    slots_awake: int
    """With GPU nodes, also while they start and serve nothing yet."""
    cold_starts: int
    """Starts that a request waited for."""
    requests_waiting: int
    """Requests that found the model asleep or starting."""


def simulate(
    use: Mapping[int, int], slots: range, setting: IdleSetting, wake_slots: int
) -> SimulatedUse:
    """`use`: requests by slot, of each slot with use. `wake_slots`: from the call to Ready."""
    pool = _Pool(setting, wake_slots)
    for slot in slots:
        pool.pass_slot(slot, use.get(slot))
    return SimulatedUse(pool.slots_awake, pool.cold_starts, pool.requests_waiting)


class _Pool:
    def __init__(self, setting: IdleSetting, wake_slots: int) -> None:
        self.setting = setting
        self.wake_slots = wake_slots
        self.is_asleep = False
        self.starting = 0
        """Slots until it serves."""
        self.idle = 0
        self.slots_awake = self.cold_starts = self.requests_waiting = 0

    def pass_slot(self, slot: int, requests: int | None) -> None:
        """`requests`: None in a slot without use."""
        may_sleep = self._may_sleep(slot)
        if self.is_asleep and (requests is not None or not may_sleep):
            self.is_asleep, self.starting = False, self.wake_slots
            self.cold_starts += requests is not None
        if self.starting:
            self.requests_waiting += requests or 0
        self.idle = 0 if requests is not None else self.idle + 1
        self.slots_awake += not self.is_asleep
        is_ready, self.starting = self.starting <= 1, max(0, self.starting - 1)
        if is_ready and may_sleep and self._is_idle():
            self.is_asleep = True

    def _may_sleep(self, slot: int) -> bool:
        only_in = self.setting.sleeps_only_in
        return only_in is None or only_in(slot)

    def _is_idle(self) -> bool:
        return self.setting.idle_slots is not None and self.idle >= self.setting.idle_slots
