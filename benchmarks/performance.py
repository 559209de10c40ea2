"""Writes docs/performance.md from benchmarks/results.json; `make bench` measures them."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.results import Result, read_results
from emulators.stack.stack import PROJECT

DOCUMENT = PROJECT / "docs" / "performance.md"
NOT_MEASURED = "not measured"
AT_ONCE = (1, 10, 50, 100, 200)
READ = re.compile(r"^GET|reads")
"""Of names of request buckets."""

HEAD = (
    "# Performance\n\n"
    "Written by `make bench` from `benchmarks/results.json`; do not edit. Everything was measured "
    "on simulated Azure, whose operations take as long as recorded ones of real Azure: minutes "
    "are simulated, milliseconds and processor seconds real. `make bench ONLY=chain-60x` "
    "measures some anew; each has its own date below. A machine with a load above 2 is refused "
    "unless `ANYWAY=1` is given.\n"
)

FOOTPRINT = (
    ("processor seconds of the app", "appSeconds", "0.7"),
    ("processor seconds of the task hub", "hubSeconds", "0.3"),
    ("KiB in the task hub", "hubKiB", "100"),
)
"""What `benchmarks.footprint` writes, and what is wanted."""

type Results = Mapping[str, Result]
type Cells = Sequence[object]


def write_document(path: Path = DOCUMENT) -> Path:
    path.write_text(render(read_results()))
    return path


def render(results: Results) -> str:
    parts = (HEAD, *(section(results) for section in SECTIONS), runs(results))
    return "\n".join(part for part in parts if part)


def table(head: Cells, rows: Sequence[Cells]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(str(cell) for cell in line)} |\n" for line in lines)


def summary(results: Results) -> str:
    rows = [
        (measure, figure(value) if value is not None else NOT_MEASURED, goal)
        for measure, value, goal in list_summary(results)
    ]
    return f"## Goals\n\n{table(('measure', 'measured', 'goal'), rows)}"


def list_summary(results: Results) -> Iterator[tuple[str, Any, str]]:
    yield "ratio to Azure's chain, 60x", value_of(results, "chain-60x", "medianRatio"), "1.05"
    yield "ratio to Azure's chain, 5x", value_of(results, "chain-5x", "medianRatio"), "1.02"
    yield (
        "AKS operation reads a second, worst minute, 200 at once",
        bucket_of(results, "at-once-200", "GET operation status", "worstPerSecond"),
        "below 1",
    )
    yield "reads refused with 429, 100 at once", refused_reads(results, "at-once-100"), "0"
    yield "reads refused with 429, 200 at once", refused_reads(results, "at-once-200"), "0"
    yield (
        "Ready of 100, app and hub killed",
        value_of(results, "crashes-100", "ready"),
        "100",
    )
    yield "resources created twice by that", value_of(results, "crashes-100", "twice"), "0"
    yield (
        "slowest of 100 at once, with Azure's limits against without",
        ratio_of_slowest(results, "at-once-100"),
        "1.05",
    )
    yield "fullest request bucket, 50 at once", fullest(results, "at-once-50"), "50 %"
    yield "fullest request bucket, 200 at once", fullest(results, "at-once-200"), "100 %"
    yield "median of 200 at once against one alone", ratio_to_alone(results), "1.02"
    yield (
        "p50 of POST, 200 at once, ms",
        value_of(results, "at-once-200", "throttled", "postP50Milliseconds"),
        "300",
    )
    yield (
        "history events of an environment",
        value_of(results, "footprint", "historyEvents"),
        "150",
    )
    yield "p99 of a plan, warm, ms", value_of(results, "plans-500", "p99Milliseconds"), "300"
    for name, key, goal in FOOTPRINT:
        yield f"{name}, per environment", value_of(results, "footprint", key), goal
    yield (
        "first page of 50 of 10,000, p50 ms",
        value_of(results, "list-10000", "p50", "first page"),
        "120",
    )
    yield (
        "page that matches nothing, p50 ms",
        value_of(results, "list-10000", "p50", "nothing matches"),
        "60",
    )
    for name, key in (("app", "appMegabytes"), ("task hub", "hubMegabytes")):
        yield (
            f"memory of the {name} in an hour with 1,000 environments, 60 min against 20",
            growth(results, key),
            "1.1",
        )
    yield "sweep of 200, s", value_of(results, "sweep-200", "readingSeconds"), "8"
    yield "sweep of 1,000, s", value_of(results, "sweep-1000", "readingSeconds"), "32"


def peers(results: Results) -> str:
    """Minutes from the request to an answer of the model."""
    ours = minutes_alone(results)
    rows = [("Gridplane, one `POST /environments`", ours or NOT_MEASURED, "1")]
    for name, title in (
        ("peer-az", "`az` and `kubectl`, one command after the other"),
        ("peer-terraform", "terraform with azurerm"),
    ):
        theirs = value_of(results, name, "minutes")
        against = f"{theirs / ours:.2f}" if theirs and ours else "-"
        rows.append((title, theirs or NOT_MEASURED, against))
    note = "Scripts: [benchmarks/peers](../benchmarks/peers). All on the same simulated Azure."
    return f"## Peers\n\n{note}\n\n{table(('way', 'minutes to Ready', 'against ours'), rows)}"


def at_once(results: Results) -> str:
    head = ("at once", "limits", "Ready", "median min", "slowest min", "POST p50 ms", "429")
    rows = [
        (count, word, *list_run(run))
        for count in AT_ONCE
        for word, key in (("no", "free"), ("Azure's", "throttled"))
        if (run := value_of(results, f"at-once-{count}", key))
    ]
    return f"## Environments at once\n\n{table(head, rows or [(NOT_MEASURED,) * len(head)])}"


def list_run(run: Mapping[str, Any]) -> tuple[object, ...]:
    keys = ("ready", "medianMinutes", "slowestMinutes", "postP50Milliseconds")
    return (*(run[key] for key in keys), sum(each["refused"] for each in run["buckets"]))


def buckets(results: Results) -> str:
    """The use of every documented grant, of the burst, when a bucket was emptiest."""
    counts = [count for count in AT_ONCE if f"at-once-{count}" in results]
    names = sorted(
        {
            each["bucket"]
            for count in counts
            for each in value_of(results, f"at-once-{count}", "throttled", "buckets") or ()
        }
    )
    head = ("bucket", "burst", "per second", *(f"{count} at once" for count in counts))
    rows = [
        (
            name,
            *bucket_grant(results, counts, name),
            *(
                f"{used} %" if used is not None else "-"
                for count in counts
                for used in [bucket_of(results, f"at-once-{count}", name, "usedPercent")]
            ),
        )
        for name in names
    ]
    title = (
        "## Azure's request buckets\n\nUse of the burst when a bucket of the kind was emptiest."
    )
    return f"{title}\n\n{table(head, rows)}" if rows else f"{title}\n\n{NOT_MEASURED}\n"


def idle(results: Results) -> str:
    found = results.get("idle-policies")
    if found is None:
        return f"## Idle settings\n\n{NOT_MEASURED}\n"
    head = ("setting", "GPU hours", "cold starts", "whole cost", "worst", "GPU and starts alone")
    keys = ("setting", "gpu_hours", "cold_starts", "ratio", "worst_ratio", "gpu_ratio")
    parts = [
        "## Idle settings\n\n"
        "Against the offline optimum ([ADR 0047](adr/0047-idle-default-by-simulation.md)): the "
        "whole cost at the usual price of a wait and at the worst one, and that of GPU nodes and "
        "starts alone."
    ]
    for source, rows in found.values.items():
        cells = [[row[key] for key in keys] for row in rows]
        parts.append(f"{source}:\n\n{table(head, cells)}")
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def footprint(results: Results) -> str:
    found = results.get("footprint")
    rows = [(name, figure(value)) for name, value in found.values.items()] if found else []
    shown = table(("measure", "value"), rows) if rows else f"{NOT_MEASURED}\n"
    return f"## Footprint of an environment\n\n{shown}"


def runs(results: Results) -> str:
    head = ("measure", "date (UTC)", "command", "load before", "machine")
    rows = [
        (name, each.at, f"`{each.command}`", f"{each.load:.1f}", each.machine)
        for name, each in sorted(results.items())
    ]
    return f"## Runs\n\n{table(head, rows)}" if rows else f"## Runs\n\n{NOT_MEASURED}\n"


SECTIONS = (summary, peers, at_once, buckets, idle, footprint)


def value_of(results: Results, name: str, *keys: str) -> Any:
    """None for what was not measured."""
    found: Any = results[name].values if name in results else None
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def bucket_of(results: Results, name: str, bucket: str, key: str) -> Any:
    found = value_of(results, name, "throttled", "buckets") or ()
    return next((each[key] for each in found if each["bucket"] == bucket), None)


def bucket_grant(results: Results, counts: Sequence[int], bucket: str) -> tuple[Any, str]:
    names = [f"at-once-{count}" for count in reversed(counts)]
    burst = next(b for name in names if (b := bucket_of(results, name, bucket, "burst")))
    rate = next(r for name in names if (r := bucket_of(results, name, bucket, "perSecond")))
    return burst, f"{rate:g}"


def refused_reads(results: Results, name: str) -> int | None:
    """AKS counts credentials of clusters with its "other requests", which are not among them."""
    found = value_of(results, name, "throttled", "buckets")
    reads = [each for each in found or () if READ.search(each["bucket"])]
    return None if found is None else sum(each["refused"] for each in reads)


def fullest(results: Results, name: str) -> str | None:
    found = value_of(results, name, "throttled", "buckets")
    if not found:
        return None
    worst = max(found, key=lambda each: each["usedPercent"])
    return f"{worst['usedPercent']} % ({worst['bucket']})"


def ratio_of_slowest(results: Results, name: str) -> float | None:
    free = value_of(results, name, "free", "slowestMinutes")
    limited = value_of(results, name, "throttled", "slowestMinutes")
    return limited / free if free and limited else None


def growth(results: Results, key: str) -> float | None:
    found = value_of(results, "hour-1000", key)
    return found[1] / found[0] if found else None


def minutes_alone(results: Results) -> float | None:
    """The median of twenty draws, where they were measured: one alone is a single draw."""
    return value_of(results, "chain-5x", "medianMinutes") or value_of(
        results, "at-once-1", "free", "medianMinutes"
    )


def ratio_to_alone(results: Results) -> float | None:
    alone = minutes_alone(results)
    many = value_of(results, "at-once-200", "free", "medianMinutes")
    return many / alone if alone and many else None


def figure(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    print(write_document())
    sys.exit(0)
