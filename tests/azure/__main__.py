"""`make verify-azure`: see docs/assumptions.md.

Exit codes: 0 all that was tried agrees, 1 something differs, 2 the removal is not proven,
3 nothing was started, 130 interrupted.
"""

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

from clients.settings import Settings
from tests.azure.assumptions import ASSUMPTIONS
from tests.azure.clock import WallClock
from tests.azure.plan import chosen
from tests.azure.preparation import NotReady
from tests.azure.report import NOT_REMOVED, NOT_STARTED
from tests.azure.subject import GPU_SIZE
from tests.azure.verify import Options, verify

FOLDER = Path(__file__).parents[2] / "build" / "verify-azure"


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Not argparse's 2, which stands for something left in Azure."""
        self.exit(NOT_STARTED, f"{self.format_usage()}{message}\n")


def main(arguments: list[str]) -> int:
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.list:
        say("\n".join(_describe()))
        return 0
    if not given.subscription:
        parser.error("--subscription is missing")
    try:
        chosen(ASSUMPTIONS, given.only)
        return asyncio.run(_run(given))
    except (NotReady, ValueError) as error:
        say(f"Not started: {error}")
        return NOT_STARTED
    except (KeyboardInterrupt, asyncio.CancelledError):
        say(
            f"STOPPED BEFORE THE REMOVAL WAS PROVEN: a report in {given.work_dir} names the groups"
        )
        return NOT_REMOVED


def say(text: str) -> None:
    print(text, flush=True)


def ask(question: str) -> str:
    """Ctrl-C and the end of the input are no confirmation."""
    of_the_loop = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return input(question)
    except (KeyboardInterrupt, EOFError):
        return ""
    finally:
        signal.signal(signal.SIGINT, of_the_loop)


async def _run(given: argparse.Namespace) -> int:
    """A first Ctrl-C leads to the removal; a second one ends it."""
    settings = Settings.from_environment(
        os.environ | {"AZURE_SUBSCRIPTION_ID": given.subscription}
    )
    task = asyncio.current_task()
    assert task
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await verify(_options(given), settings, WallClock(), say, ask)


def _options(given: argparse.Namespace) -> Options:
    return Options(
        region=given.location,
        gpu_size=None if given.no_gpu else given.gpu_size,
        max_usd=given.max_usd,
        max_minutes=given.max_minutes,
        folder=given.work_dir,
        only=tuple(given.only),
        is_confirmed=given.yes,
        app_url=given.app,
    )


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m tests.azure", description=__doc__)
    parser.add_argument("--subscription", help="id of the subscription")
    parser.add_argument("--location", default="westeurope")
    parser.add_argument("--gpu-size", default=GPU_SIZE)
    parser.add_argument("--no-gpu", action="store_true", help="a size without GPU stands in")
    parser.add_argument("--max-usd", type=float, default=15)
    parser.add_argument("--max-minutes", type=float, default=150)
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--list", action="store_true", help="show the assumptions and end")
    parser.add_argument("--app", metavar="URL", help="of a deployed app, to be checked as well")
    parser.add_argument("--work-dir", type=Path, default=FOLDER)
    return parser


def _describe() -> list[str]:
    return [
        f"{each.name:<26}{'' if each.check else 'not here: '}{each.assumed}"
        for each in ASSUMPTIONS
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
