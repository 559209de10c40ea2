"""Clock and ports of a stopped stack, saved for the stack that resumes it."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class SavedStack:
    """Ports stay the same: the task hub holds URLs of operations and clusters."""

    stopped_at: str
    """In simulated time, ISO 8601."""
    app_port: int
    simulator_port: int
    task_hub_port: int

    @classmethod
    def read(cls, path: Path) -> Self | None:
        return cls(**json.loads(path.read_text())) if path.exists() else None

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")


def simulated_time(origin: datetime, scale: float, now: datetime) -> datetime:
    return origin + (now - origin) * scale


def find_clock_origin(moment: datetime, scale: float, now: datetime) -> datetime:
    """The origin of a clock that shows `moment` now: simulated time stood still meanwhile.

    At a scale of 1 any origin gives the machine's time, which did not stand still.
    """
    if scale == 1:
        return now
    seconds = (moment.timestamp() - now.timestamp() * scale) / (1 - scale)
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)
