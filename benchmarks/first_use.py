"""Times the way of a first-time user: from a clone to the first Ready environment, by the commands
of the README. `--installed VENV` takes packages that are installed already, so that only what is
not the network's is timed."""

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
READY = ".venv/.installed"
VARIABLES = "build/gridplane.env"
APPLY = f"source {VARIABLES} && gridplane apply -f examples/environment.json --yes"
LONGEST_SECONDS = 1800.0
POLL_SECONDS = 0.1


@dataclass
class Timetable:
    """Seconds by what was done."""

    steps: dict[str, float] = field(default_factory=dict[str, float])

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self.steps[step] = time.monotonic() - started

    def render(self) -> str:
        width = max(map(len, self.steps))
        lines = [f"{step:<{width}}  {seconds:6.1f} s" for step, seconds in self.steps.items()]
        return "\n".join([*lines, f"{'in all':<{width}}  {sum(self.steps.values()):6.1f} s"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--installed", type=Path, help="virtual environment to use as it is")
    arguments = parser.parse_args()
    times = Timetable()
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "gridplane"
        with times.timed("git clone"):
            run(["git", "clone", "--quiet", str(PROJECT), str(clone)], Path(folder))
        prepare(clone, arguments.installed, times)
        with (
            running_stack(clone, arguments.installed, times),
            times.timed("gridplane apply, until the model answers"),
        ):
            said = run(["bash", "-c", APPLY], clone, environment_of(clone))
    endpoint = said.strip().splitlines()[-1]
    if not re.fullmatch(r"https://\S+", endpoint):
        print(f"No endpoint: {said}", file=sys.stderr)
        return 1
    print(f"{times.render()}\n{endpoint} is Ready.")
    return 0


def prepare(clone: Path, installed: Path | None, times: Timetable) -> None:
    if installed:
        (clone / ".venv").symlink_to(installed.resolve())
        return
    with times.timed("make up: packages"):
        run(["make", READY], clone)


@contextmanager
def running_stack(clone: Path, installed: Path | None, times: Timetable) -> Iterator[None]:
    """`make up`, as in another terminal."""
    command = ["make", *(["--old-file", READY] if installed else []), "up"]
    with subprocess.Popen(
        command, cwd=clone, stdout=subprocess.DEVNULL, env=environment_of(clone), process_group=0
    ) as process:
        try:
            with times.timed("make up: start"):
                wait_for(clone / VARIABLES, process)
            yield
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(60)


def wait_for(file: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("`make up` did not start.")
        time.sleep(POLL_SECONDS)


def environment_of(clone: Path) -> dict[str, str]:
    """The clone's own command line, whichever environment its packages are in."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("GRIDPLANE_")}
    return {**kept, "PYTHONPATH": str(clone / "cli/src"), "GRIDPLANE_CONFIG_DIR": str(clone)}


def run(command: list[str], folder: Path, environ: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
        timeout=LONGEST_SECONDS,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {done.returncode}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
