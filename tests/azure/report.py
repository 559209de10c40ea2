"""The report of a run: assumed against seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.azure.assumption import Assumption
from tests.azure.seen import Seen, Verdict

FAILED = 1
NOT_REMOVED = 2
NOT_STARTED = 3
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Line:
    assumption: Assumption
    seen: Seen
    recording: Path | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    group: str
    node_group: str
    region: str
    pool: str
    began: datetime


def render_report(heading: Heading, lines: Sequence[Line], removal: str) -> str:
    counts = ", ".join(
        f"{sum(each.seen.verdict is verdict for each in lines)} {verdict}" for verdict in Verdict
    )
    return "\n".join(
        [
            "# Azure: assumed against seen",
            "",
            f"Begun {heading.began:%Y-%m-%d %H:%M} UTC in {heading.region}, GPU pool of "
            f"{heading.pool}.",
            "",
            f"Resource groups: `{heading.group}`, and of its nodes `{heading.node_group}`.",
            "",
            f"Removal: {removal}",
            "",
            f"{len(lines)} assumptions: {counts}.",
            "",
            "| assumption | assumed | seen | | recording |",
            "|---|---|---|---|---|",
            *(_row(each) for each in lines),
            "",
        ]
    )


def exit_code(lines: Sequence[Line], is_removed: bool, ended: int | None = None) -> int:
    """`ended`: the code of a run that did not come to its end."""
    if not is_removed:
        return NOT_REMOVED
    if ended is not None:
        return ended
    return FAILED if any(each.seen.verdict is Verdict.DIFFERS for each in lines) else 0


def _row(line: Line) -> str:
    verdict = line.seen.verdict
    shown = f"**{verdict}**" if verdict is Verdict.DIFFERS else str(verdict)
    recording = f"`{line.recording.name}`" if line.recording else ""
    cells = (line.assumption.name, line.assumption.assumed, line.seen.what, shown, recording)
    return f"| {' | '.join(each.replace('|', '/').replace('\n', ' ') for each in cells)} |"
