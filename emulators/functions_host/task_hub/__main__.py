"""Runs a task hub as a process of its own."""

import argparse
import asyncio
import json
import logging
import os
import signal
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path

from emulators.functions_host.clock import Clock
from emulators.functions_host.task_hub.database import Database
from emulators.functions_host.task_hub.hub import TaskHub
from emulators.functions_host.task_hub.second_starts import SecondStart
from emulators.functions_host.task_hub.service import new_server
from emulators.functions_host.task_hub.store import Store

_log = logging.getLogger("emulators.functions_host.task_hub")
_GRACE_SECONDS = 0.5
# Work that takes longer would be handed out again for ever, and no result of it be taken. Five
# minutes is what the Consumption plan lets a function have; a lost stream ends its leases at once.
_LEASE_SECONDS = 300.0


def main() -> int:
    arguments = _parser().parse_args()
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )
    try:
        asyncio.run(_serve(arguments))
    except (sqlite3.OperationalError, RuntimeError) as error:
        _log.error("The task hub %s cannot be served: %s", arguments.database, error)
        return 1
    return 0


async def _serve(arguments: argparse.Namespace) -> None:
    if arguments.ready_file is not None:
        # One that an earlier process left behind would point to nobody.
        arguments.ready_file.unlink(missing_ok=True)
    stop = asyncio.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    database = Database(arguments.database)
    if arguments.move_time_line:
        database.move_time_line(arguments.time_scale, arguments.clock_origin)
    clock = _clock_of(database, arguments.time_scale, arguments.clock_origin)
    hub = TaskHub(
        Store(database),
        clock,
        arguments.lease_seconds,
        arguments.second_start,
        arguments.default_version,
    )
    server = new_server(hub)
    port = server.add_insecure_port(f"127.0.0.1:{arguments.port}")
    await server.start()
    _log.info("The task hub %s is served on 127.0.0.1:%d.", arguments.database, port)
    if arguments.ready_file is not None:
        _write_ready_file(arguments.ready_file, port)
    running = asyncio.create_task(hub.run())
    await asyncio.wait({running, asyncio.create_task(stop.wait())}, return_when="FIRST_COMPLETED")
    await server.stop(_GRACE_SECONDS)
    if not running.done():
        running.cancel()
    await asyncio.gather(running, return_exceptions=stop.is_set())
    database.close()


def _clock_of(database: Database, scale: float, origin: datetime) -> Clock:
    stored_scale, stored_origin = database.time_line(scale, origin)
    # In real time it does not matter where the time line begins.
    if stored_scale != scale or (scale != 1.0 and stored_origin != origin):
        _log.warning(
            "The database keeps its time line (scale %s from %s); the arguments do not count.",
            stored_scale,
            stored_origin.isoformat(),
        )
    return Clock(stored_scale, stored_origin)


def _write_ready_file(path: Path, port: int) -> None:
    """Written under another name first: whoever sees the file can read all of it."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.write_text(json.dumps({"address": f"127.0.0.1:{port}", "pid": os.getpid()}))
    unfinished.replace(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m emulators.functions_host.task_hub", description=__doc__
    )
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--time-scale", type=float, default=1.0)
    parser.add_argument("--clock-origin", type=_moment, default=datetime.now(UTC))
    parser.add_argument(
        "--move-time-line",
        action="store_true",
        help="the clock's arguments count, though the database has a time line of its own",
    )
    parser.add_argument("--ready-file", type=Path)
    parser.add_argument(
        "--lease-seconds",
        type=float,
        default=_LEASE_SECONDS,
        help="real seconds that a worker has for one turn or one batch of entity operations",
    )
    parser.add_argument(
        "--default-version", help="of instances that are started without a version"
    )
    parser.add_argument(
        "--second-start",
        type=SecondStart,
        choices=list(SecondStart),
        default=SecondStart.REFUSE,
        help="what happens to the start of an instance whose id still runs",
    )
    return parser


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


if __name__ == "__main__":
    sys.exit(main())
