"""Looks at the subscription, shows plan and price, asks, and runs."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from clients.answers import NoAnswer
from clients.settings import Settings
from tests.azure.assumption import Assumption, Part
from tests.azure.assumptions import ASSUMPTIONS
from tests.azure.azure import Azure
from tests.azure.clock import Clock
from tests.azure.plan import Limits, Plan, chosen, plan_run
from tests.azure.preparation import NotReady, Quota, check_subscription, read_quota
from tests.azure.prices import Prices
from tests.azure.recorder import Recorder
from tests.azure.report import NOT_STARTED, Heading
from tests.azure.run import Run, Say
from tests.azure.subject import STAND_IN_SIZE, make_subject
from tests.azure.wire import RecordedClients

CONFIRMED_BY = 4
"""Characters of the subscription's id that confirm a run."""


@dataclass(frozen=True, slots=True)
class Options:
    region: str
    gpu_size: str | None
    """None: a size without GPU stands in."""
    max_usd: float
    max_minutes: float
    folder: Path
    """Each run makes one of its own in it."""
    only: tuple[str, ...] = ()
    is_confirmed: bool = False
    app_url: str | None = None


async def verify(
    options: Options, settings: Settings, clock: Clock, say: Say, ask: Callable[[str], str]
) -> int:
    """The exit code."""
    folder = options.folder / f"{clock.now():%y%m%d-%H%M%S}"
    recorder = Recorder(folder / "recordings", clock.now)
    clients = RecordedClients(settings, recorder)
    try:
        run = await _prepare(options, clients, clock, recorder, folder / "report.md", say)
        if not _is_wanted(options, run, settings.subscription_id, ask):
            return NOT_STARTED
        return await run.execute()
    finally:
        await clients.close()
        with suppress(OSError):
            recorder.flush()


async def _prepare(
    options: Options,
    clients: RecordedClients,
    clock: Clock,
    recorder: Recorder,
    report: Path,
    say: Say,
) -> Run:
    """Raises NotReady."""
    try:
        await check_subscription(clients)
        quota = await read_quota(clients, options.region)
    except NoAnswer as error:
        raise NotReady(str(error)) from error
    except asyncio.CancelledError as error:
        raise NotReady("interrupted") from error
    lacks = find_lacks(options, quota)
    gpu_size = None if Part.GPU in lacks else options.gpu_size
    now = clock.now()
    subject = make_subject(clients.settings.subscription_id, options.region, gpu_size, now)
    pool = gpu_size or f"{STAND_IN_SIZE} instead of a GPU size ({lacks[Part.GPU]})"
    limits = Limits(now, options.max_minutes, options.max_usd, Prices(options.region, gpu_size))
    return Run(
        azure=Azure(clients, clock, subject, options.app_url),
        assumptions=listed(options.only),
        lacks=lacks,
        limits=limits,
        recorder=recorder,
        heading=Heading(subject.group, subject.node_group, options.region, pool, now),
        report=report,
        say=say,
    )


def find_lacks(options: Options, quota: Quota) -> dict[Part, str]:
    lacks: dict[Part, str] = {}
    if options.app_url is None:
        lacks[Part.APP] = "it needs a deployed app: --app URL"
    if system := quota.lack_for_system():
        lacks[Part.CLUSTER] = f"no quota: {system}"
    size = options.gpu_size
    gpu = quota.lack_for_gpu(size) if size else "it was left out"
    if gpu:
        lacks[Part.GPU] = f"no GPU: {gpu}"
    return lacks


def listed(only: tuple[str, ...]) -> list[Assumption]:
    """All of them, those that no check tries too, unless some are named."""
    return chosen(ASSUMPTIONS, only) if only else list(ASSUMPTIONS)


def plan_of(run: Run) -> Plan:
    checks = [
        (each.name, each.check)
        for each in run.assumptions
        if each.check and not set(each.check.needs) & run.lacks.keys()
    ]
    return plan_run(checks, run.limits.prices, run.azure.subject.has_gpu)


def _is_wanted(
    options: Options, run: Run, subscription_id: str, ask: Callable[[str], str]
) -> bool:
    plan, say = plan_of(run), run.say
    say(f"In subscription {subscription_id}, {options.region}, GPU pool of {run.heading.pool}:")
    say(plan.render())
    say(
        f"Limits: {options.max_minutes:.0f} min and {options.max_usd:.2f} USD, then it is removed."
    )
    if plan.usd > options.max_usd:
        say(f"Not started: {plan.usd:.2f} USD is more than the limit.")
        return False
    if options.is_confirmed:
        return True
    expected = subscription_id[-CONFIRMED_BY:]
    given = ask(f"Type the last {CONFIRMED_BY} characters of the subscription's id to begin: ")
    if given.strip().lower() != expected.lower():
        say("Not started: not confirmed.")
        return False
    return True
