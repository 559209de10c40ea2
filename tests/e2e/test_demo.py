"""`make demo` as a person runs it, and `make up` as a tool does."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import pytest

from emulators.stack.api import SimulatedAzure
from emulators.stack.report import build_timing
from emulators.stack.stack import PROJECT, running_stack
from emulators.stack.up import STACK_FILE
from tests.e2e.conftest import NEVER
from tests.e2e.stories import provision
from tests.support.documented_api import DocumentedApi

LONGEST_DEMO_SECONDS = 60.0
LARGEST_RATIO = 1.15


NAMES = ("first", "second", "third", "fourth")


@pytest.mark.timing
def test_the_demo_runs_to_its_end_in_time(tmp_path: Path):
    """A second of the machine is a minute of simulated time. Where that is too much for a process
    that has just started, and on a machine that has other things to do, the median decides."""
    reported = run_demo()
    if reported > LARGEST_RATIO:
        ratios = list(measure_ratios(tmp_path))
        assert median(ratios) <= LARGEST_RATIO, (reported, ratios)


def measure_ratios(folder: Path) -> Iterator[float]:
    """Of environments that one stack builds one after the other, without the first: that one
    waits for the imports of SDKs, which are part of no operation."""
    with (
        running_stack(folder / "stack", settings=NEVER) as stack,
        DocumentedApi(stack.app_url) as api,
        SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure,
    ):
        for name in NAMES:
            environment = provision(api, name)
            timing = build_timing(environment, api.get_operation(f"{name}.1"), azure)
            if name != NAMES[0]:
                yield timing["ratio"]


def run_demo() -> float:
    """The ratio that it reports, once all else has been found as it has to be."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "emulators.stack.demo"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert time.monotonic() - started < LONGEST_DEMO_SECONDS
    assert "nothing is left" in done.stdout

    report = json.loads((PROJECT / "build" / "demo-report.json").read_text())
    assert report["environment"]["phase"] == "Ready"
    assert {step["status"] for step in report["steps"]} == {"Succeeded"}
    assert report["leftovers"] == []
    assert report["armCalls"]["PUT"] == 12, "each of twelve resources is sent once"
    return report["timing"]["ratio"]


@contextmanager
def running_up(work_dir: Path, last_line: str) -> Iterator[str]:
    """What it printed; ended by Ctrl-C."""
    up = subprocess.Popen(
        [sys.executable, "-m", "emulators.stack.up", "--work-dir", str(work_dir)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert up.stdout
        printed = ""
        while last_line not in printed:
            line = up.stdout.readline()
            assert line, printed
            printed += line
        yield printed
    finally:
        up.send_signal(signal.SIGINT)
        up.communicate(timeout=60)
    assert up.returncode == 0


def test_up_prints_all_addresses_ends_with_ctrl_c_and_is_resumed(tmp_path: Path):
    STACK_FILE.unlink(missing_ok=True)
    with running_up(tmp_path / "up", "/_simulator/state") as printed:
        facts = json.loads(STACK_FILE.read_text())
        assert "gridplane apply -f examples/environment.json" in printed
        assert printed.count("curl ") == 1
        with DocumentedApi(facts["functionApp"]) as api:
            assert api.get("/healthz").json() == {"status": "Healthy"}
    assert not STACK_FILE.exists()
    for process_id in facts["processIds"].values():
        with pytest.raises(ProcessLookupError):
            os.kill(process_id, 0)
    with running_up(tmp_path / "up", "Resumed from where it was stopped.") as printed:
        assert facts["functionApp"] in printed
