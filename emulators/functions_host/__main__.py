"""`python -m emulators.functions_host start`: the command line of the local Functions host."""

import argparse
import asyncio
import logging
import os
import signal
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from emulators.functions_host.app_loader import AppLoadError
from emulators.functions_host.clock import Clock
from emulators.functions_host.host import HostOptions, LoadedApp, load, run
from emulators.functions_host.logs import start_logging
from emulators.functions_host.own_folder import default_own_folder
from emulators.functions_host.own_task_hub import TaskHubStartError
from emulators.functions_host.routes import RouteError
from emulators.functions_host.settings_files import SettingsError


def main(arguments: list[str] | None = None) -> int:
    parsed = _parser().parse_args(arguments)
    shown = start_logging(verbose=parsed.verbose)
    options = HostOptions(
        app_dir=parsed.app.resolve(),
        host=parsed.host,
        port=parsed.port,
        task_hub=parsed.task_hub,
        ready_file=parsed.ready_file and parsed.ready_file.resolve(),
        state_dir=(parsed.state_dir or default_own_folder(parsed.app)).resolve(),
        clock=Clock(parsed.time_scale, parsed.clock_origin),
        ca_bundle=parsed.ca_bundle and parsed.ca_bundle.resolve(),
    )
    try:
        app = load(options.app_dir, shown)
        asyncio.run(_serve(app, options))
    except (AppLoadError, SettingsError, RouteError, TaskHubStartError, OSError) as error:
        print(error, file=sys.stderr)
        if error.__cause__ is not None:
            traceback.print_exception(error.__cause__)
        return 1
    return 0


async def _serve(app: LoadedApp, options: HostOptions) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    await run(app, options, stopped)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m emulators.functions_host", description=__doc__
    )
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="run a function app")
    start.add_argument("--app", type=Path, default=Path(), help="folder of the app")
    start.add_argument("--port", type=int, default=7071, help="0 takes a free port")
    start.add_argument("--host", default="127.0.0.1", help="address to listen on")
    start.add_argument("--task-hub", metavar="HOST:PORT", help="a task hub that runs already")
    start.add_argument("--ready-file", type=Path, help="written once the host listens")
    start.add_argument(
        "--state-dir", type=Path, help="what outlives the host; default .functions_host of the app"
    )
    start.add_argument(
        "--time-scale", type=float, default=1.0, help="how much faster timers run than the clock"
    )
    start.add_argument(
        "--clock-origin", type=_moment, help="ISO 8601; when both agree; default is now"
    )
    start.add_argument(
        "--ca-bundle",
        type=Path,
        help="PEM file that the host trusts instead of public authorities",
    )
    start.add_argument("--verbose", action="store_true", help="log each durable turn, too")
    return parser


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    sys.stderr.flush()
    # Threads may still run the app's blocking code; a normal exit would wait for them.
    os._exit(code)
