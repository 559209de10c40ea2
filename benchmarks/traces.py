"""Use of inference endpoints, minute by minute: public traces, and how they are fetched.

`python -m benchmarks.traces` downloads what may not be shipped and verifies its SHA-256.
"""

import csv
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

from emulators.stack.stack import PROJECT

DATA = Path(__file__).with_name("data")
FETCHED = PROJECT / "build" / "traces"
ALIBABA = "lora_request_trace.csv"
FEWEST_REQUESTS = 20
"""Of a model, to be taken for an environment in use."""

DOWNLOAD_SECONDS = 120.0
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class UseTrace:
    """One endpoint. `use`: requests by minute, zero while an earlier one still runs."""

    name: str
    use: Mapping[int, int]
    minutes: range
    """From its first request to the end of the trace."""


class TraceDiffers(Exception):
    """What was downloaded is not the file that was measured."""


def read_azure() -> list[UseTrace]:
    """The hour of two services that is shipped."""
    by_service: dict[str, dict[int, int]] = defaultdict(dict)
    with (DATA / "azure-llm-inference-2023.csv").open() as file:
        for row in csv.DictReader(file):
            by_service[row["service"]][int(row["minute"])] = int(row["requests"])
    return [
        UseTrace(name, {at: count for at, count in counts.items() if count}, range(len(counts)))
        for name, counts in by_service.items()
    ]


def read_alibaba(path: Path) -> list[UseTrace]:
    with path.open() as file:
        return build_traces(csv.DictReader(file))


def build_traces(rows: Iterable[Mapping[str, str]]) -> list[UseTrace]:
    """By model, of those with enough requests."""
    by_model: dict[str, dict[int, int]] = defaultdict(dict)
    start: datetime | None = None
    end = 0
    for row in rows:
        at = datetime.fromisoformat(row["gmt_create"])
        start = start or at
        minute, taken = (at - start) // MINUTE, float(row["exec_time_seconds"] or 0) // 60
        use = by_model[row["checkpoint_model_version_id"]]
        use[minute] = use.get(minute, 0) + 1
        for later in range(minute + 1, minute + 1 + int(taken)):
            use.setdefault(later, 0)
        end = max(end, minute + int(taken) + 1)
    return [
        UseTrace(model, use, range(min(use), end))
        for model, use in sorted(by_model.items())
        if sum(use.values()) >= FEWEST_REQUESTS
    ]


def fetch(folder: Path = FETCHED, sources: Path = DATA / "sources.json") -> list[Path]:
    """Raises TraceDiffers, and OSError if a download fails."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        _fetch_one(folder / name, source["url"], source["sha256"])
        for name, source in json.loads(sources.read_text()).items()
    ]


def _fetch_one(path: Path, url: str, sha256: str) -> Path:
    if not path.exists():
        with urlopen(url, timeout=DOWNLOAD_SECONDS) as answer:
            content: bytes = answer.read()
        verify(content, sha256, url)
        path.write_bytes(content)
    verify(path.read_bytes(), sha256, str(path))
    return path


def verify(content: bytes, sha256: str, where: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise TraceDiffers(f"{where} has SHA-256 {found} instead of {sha256}.")


def main() -> int:
    try:
        for path in fetch():
            print(path)
    except (OSError, TraceDiffers) as error:
        print(f"A trace could not be fetched: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
