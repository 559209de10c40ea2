"""Whether this machine is quiet enough to measure, and what it is."""

import os
import platform
import sys
from pathlib import Path

BUSY_LOAD = 2.0
ANYWAY = "ANYWAY"
"""Variable that has benchmarks measure on a busy machine: `make bench ANYWAY=1`."""

BUSY_EXIT_CODE = 2


def stop_if_busy() -> None:
    """Ends the process: figures of a busy machine are none."""
    load = os.getloadavg()[0]
    if load > BUSY_LOAD and not os.environ.get(ANYWAY):
        print(f"The machine is busy (load {load:.1f}): wait, or say {ANYWAY}=1.", file=sys.stderr)
        raise SystemExit(BUSY_EXIT_CODE)


def describe_machine() -> str:
    """Processors, memory, system and Python."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} x {_processor()}, {memory:.0f} GiB, {system}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
