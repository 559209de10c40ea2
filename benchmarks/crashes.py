"""Kills the app and the task hub (kill -9) while many environments are built at once.

`make bench-crashes N=100` prints how many became Ready, how late, and what was created twice in
simulated Azure, which must be nothing. Containers of gateways are made up, as in `bench-waits`.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.machine import stop_if_busy
from benchmarks.results import write_values
from benchmarks.waiting import NEVER, Run, build_body, make_room, read_run
from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import running_stack

KILLS_AT = (4 * 60.0, 8 * 60.0)
"""Simulated seconds after the last request: clusters and edges are being created, then workloads
are starting."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environments", type=int, default=100)
    parser.add_argument("--scale", type=float, default=10.0, help="simulated seconds per second")
    parser.add_argument("--json", type=Path, help="where to write the values")
    options = parser.parse_args()
    stop_if_busy()
    names = [f"crash-{number:03}" for number in range(options.environments)]
    run, twice = measure(names, options.scale)
    for failure in run.failures:
        print(failure)
    print(f"{len(run.to_ready)} of {len(names)} Ready, {len(run.failures)} failed")
    if run.to_ready:
        median, slowest = statistics.median(run.to_ready) / 60, max(run.to_ready) / 60
        print(f"to Ready: median {median:.1f} min, slowest {slowest:.1f} min, four kills included")
    print(f"created twice: {', '.join(twice) or 'nothing'}")
    counted = {"ready": len(run.to_ready), "failed": len(run.failures), "twice": len(twice)}
    write_values(options.json, counted)
    return 1 if run.failures or twice else 0


def measure(names: Sequence[str], scale: float) -> tuple[Run, list[str]]:
    """The run, and the paths of resources that were created more than once."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_stack(
            Path(folder) / "stack",
            time_scale=scale,
            settings={"SWEEP_SCHEDULE": NEVER, "WAKE_SCHEDULE": NEVER},
            simulator_options=["--without-programs", "--throttling"],
        ) as stack,
        SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure,
    ):
        make_room(azure)
        with Api(stack.app_url) as api:
            operations = [api.create_environment(build_body(name)) for name in names]
        started_at = time.monotonic()
        for kill_at in KILLS_AT:
            time.sleep(max(started_at + kill_at / scale - time.monotonic(), 0))
            stack.restart_app()
            stack.restart_task_hub()
        with Api(stack.app_url) as api:
            run = read_run(stack, api, azure, operations)
        return run, find_repeated_creations(azure)


def find_repeated_creations(azure: SimulatedAzure) -> list[str]:
    created = Counter(
        request["path"]
        for request in azure.get_requests()["requests"]
        if (request["method"], request["status"]) == ("PUT", 201)
    )
    return [path for path, count in created.items() if count > 1]


if __name__ == "__main__":
    sys.exit(main())
