"""A run from its group's creation to the proof that nothing is left."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from clients.answers import NoAnswer
from tests.azure.assumption import Assumption, Check, Part
from tests.azure.azure import Azure
from tests.azure.plan import Limits, parts_of
from tests.azure.preparation import grant_kubernetes
from tests.azure.recorder import Recorder
from tests.azure.removal import Removal, commands, removal_text, remove
from tests.azure.report import (
    FAILED,
    INTERRUPTED,
    NOT_STARTED,
    Heading,
    Line,
    exit_code,
    render_report,
)
from tests.azure.seen import NotTried, Seen

OVER = "the limit of time or money was reached"
ROLE = "Azure Kubernetes Service RBAC Cluster Admin"

type Say = Callable[[str], None]


@dataclass(slots=True)
class Run:
    azure: Azure
    assumptions: Sequence[Assumption]
    """In this order; those without a check are only listed."""
    lacks: Mapping[Part, str]
    """Parts that cannot be built, and why."""
    limits: Limits
    recorder: Recorder
    heading: Heading
    report: Path
    say: Say
    lines: list[Line] = field(default_factory=list[Line])

    async def execute(self) -> int:
        """The exit code. Whatever happens, what was built is removed."""
        self._write()
        self._tell(f"Resource group {self.azure.subject.group}, report {self.report}")
        ended: int | None = None
        try:
            await self._create_group()
            for assumption in self.assumptions:
                await self._try(assumption)
        except asyncio.CancelledError:
            self._tell("Interrupted.")
            ended = INTERRUPTED
            if task := asyncio.current_task():
                task.uncancel()
        except NotTried as error:
            self._tell(f"Nothing was tried: {error}")
            ended = NOT_STARTED
        except Exception as error:
            self._tell(f"The command itself failed: {error!r}")
            ended = FAILED
        removal = await self._remove()
        return exit_code(self.lines, removal.is_proven, ended)

    async def _create_group(self) -> None:
        """Raises NotTried."""
        self.recorder.begin("group")
        try:
            await self.azure.need("resourceGroup")
            refused = await grant_kubernetes(self.azure)
        except NoAnswer as error:
            raise NotTried(str(error)) from error
        if refused:
            self._tell(f"Checks of Kubernetes need the role {ROLE}, which was refused: {refused}")

    async def _try(self, assumption: Assumption) -> None:
        check = assumption.check
        lack = next((self.lacks[p] for p in check.needs if p in self.lacks), "") if check else ""
        recording = None
        if check is None:
            seen = Seen.nothing(assumption.otherwise)
        elif lack:
            seen = Seen.nothing(lack)
        else:
            recording = self.recorder.begin(assumption.name)
            self._tell(f"{self._elapsed()}  trying {assumption.name}")
            seen = await self._within_limits(check)
        self._note(Line(assumption, seen, recording))

    async def _within_limits(self, check: Check) -> Seen:
        now = self.azure.clock.now()
        left = self.limits.seconds_left(now)
        if left <= 0:
            return Seen.nothing(OVER)
        self.limits.use(parts_of(check, self.azure.subject.has_gpu), now)
        try:
            return await self._until(left, check.run(self.azure))
        except (NotTried, NoAnswer) as error:
            return Seen.nothing(str(error))
        except Exception as error:  # an answer of another shape than any that was seen
            return Seen.of(False, f"an answer that was not expected: {error!r}")

    async def _until(self, seconds: float, check: Awaitable[Seen]) -> Seen:
        tasks = (
            asyncio.ensure_future(check),
            asyncio.ensure_future(self.azure.clock.sleep(seconds)),
        )
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return tasks[0].result() if tasks[0].done() else Seen.nothing(OVER)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _remove(self) -> Removal:
        """Neither a full disk nor a closed terminal keeps it from removing."""
        subject = self.azure.subject
        self._tell(f"Removing {subject.group}")
        with suppress(OSError):
            self.recorder.begin("removal")
        try:
            removal = await remove(self.azure)
        except Exception as error:
            removal = Removal((f"the removal failed: {error!r}",), 0)
        self._tell(f"Removal {removal_text(subject, removal, subject.subscription_id)}")
        with suppress(OSError):
            self._write(removal_text(subject, removal, "$SUBSCRIPTION"))
            self.recorder.flush()
        return removal

    def _note(self, line: Line) -> None:
        self.lines.append(line)
        self._tell(
            f"{self._elapsed()}  {line.assumption.name}: {line.seen.verdict.upper()}\n"
            f"      assumed: {line.assumption.assumed}\n"
            f"      seen:    {line.seen.what}"
        )
        self._write()

    def _elapsed(self) -> str:
        now = self.azure.clock.now()
        minutes = (now - self.limits.began).total_seconds() / 60
        return f"{minutes:5.1f} min {self.limits.spent(now):5.2f} USD"

    def _tell(self, text: str) -> None:
        with suppress(OSError):
            self.say(text)

    def _write(self, removal: str = "") -> None:
        by_hand = commands(self.azure.subject, "$SUBSCRIPTION")
        not_yet = f"not yet; by hand `{'` and `'.join(by_hand)}`"
        text = render_report(self.heading, self.lines, removal or not_yet)
        self.report.write_text(self.recorder.redactor.text(text))
