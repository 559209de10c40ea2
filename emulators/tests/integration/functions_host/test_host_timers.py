"""A host fires an app's timers in simulated time and catches up after it was away."""

import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

from emulators.tests.integration.functions_host.host_processes import (
    FunctionsHost,
    ended_afterwards,
    eventually,
)

APP = """
import pathlib
import azure.functions as func
app = func.FunctionApp()

@app.timer_trigger(arg_name="timer", schedule="%SWEEP_SCHEDULE%")
def sweep(timer: func.TimerRequest) -> None:
    with pathlib.Path("fired").open("a") as fired:
        print(timer.past_due, timer.schedule_status["Next"], file=fired)
"""


def host_of(folder: Path, schedule: str) -> FunctionsHost:
    (folder / "function_app.py").write_text(APP)
    options = [
        *("--time-scale", "36000", "--clock-origin", datetime.now(UTC).isoformat()),
        *("--state-dir", str(folder / "state")),
    ]
    return FunctionsHost(folder, folder, None, options, SWEEP_SCHEDULE=schedule)


def lines(folder: Path) -> list[str]:
    file = folder / "fired"
    return file.read_text().splitlines() if file.exists() else []


def test_a_timer_fires_in_simulated_time(tmp_path: Path) -> None:
    host = host_of(tmp_path, "0 0 * * * *")

    with ended_afterwards(host):
        host.start()
        fired = eventually(lambda: lines(tmp_path)[:3] if len(lines(tmp_path)) > 2 else None)

        assert host.end() == 0

    times = [datetime.fromisoformat(line.split()[1]) for line in fired]
    assert all(line.startswith("False") for line in fired)
    assert times[2] - times[0] >= timedelta(hours=2)
    assert (tmp_path / "state" / "timers" / "sweep.json").exists()


def test_a_run_that_was_missed_while_the_host_was_away_is_caught_up(tmp_path: Path) -> None:
    host = host_of(tmp_path, "0 0 0 1 * *")

    with ended_afterwards(host):
        host.start()
        eventually(lambda: "sweep: timer '0 0 0 1 * *'" in host.log)
        host.end(signal.SIGKILL)
        status = tmp_path / "state" / "timers" / "sweep.json"
        status.write_text(
            '{"Last": "2025-09-01T00:00:00+00:00", "Next": "2025-10-01T00:00:00+00:00", '
            '"LastUpdated": "2025-09-01T00:00:00+00:00"}'
        )
        host.start()

        assert eventually(lambda: lines(tmp_path))[0].startswith("True 2025-10-01")


def test_a_schedule_that_is_not_valid_is_refused_in_a_sentence(tmp_path: Path) -> None:
    host = host_of(tmp_path, "every day")

    with ended_afterwards(host):
        try:
            host.start()
        except AssertionError as refusal:
            told = str(refusal)
        else:
            told = ""

    assert "Function sweep: The schedule is not valid: 'every day' has 2 fields" in told
    assert "Traceback" not in told
