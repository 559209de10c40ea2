"""Command line of the simulator: `python -m emulators.azure --work-dir DIR`."""

import argparse
import asyncio
import json
import logging
import math
import sys
from datetime import UTC, datetime
from pathlib import Path

from emulators.azure.clock import Clock
from emulators.azure.control.input import BadInput
from emulators.azure.latency import Timing
from emulators.azure.process import Options, ServiceBusOptions, run_until_signal
from emulators.azure.saved_state import CannotBeRead
from emulators.azure.service_bus.settings import DEFAULT_ENTITIES, Entities, read_entities


def main(command_line: list[str] | None = None) -> int:
    arguments = _parser().parse_args(command_line)
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(message)s"
    )
    clock = Clock(arguments.time_scale, arguments.clock_origin)
    options = Options(
        port=arguments.port,
        seed=arguments.seed,
        service_bus=ServiceBusOptions(arguments.service_bus_port, arguments.service_bus_entities),
        throttled=arguments.throttling,
        timing=Timing(arguments.latency_share, arguments.gpu_boot_after),
        state_file=arguments.state_file,
    )
    try:
        asyncio.run(run_until_signal(clock, arguments.work_dir, options))
    except CannotBeRead as refusal:
        print(f"{refusal} Remove it to start with an empty Azure.", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m emulators.azure", description="Simulated Azure."
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument(
        "--time-scale",
        type=_scale,
        default=60.0,
        help="simulated seconds per real second; 0: a clock that only moves when told to",
    )
    parser.add_argument(
        "--clock-origin", type=_moment, help="when simulated and real time agree, ISO 8601"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--throttling", action="store_true", help="refuse requests beyond Azure's limits"
    )
    parser.add_argument(
        "--latency-share",
        type=_scale,
        default=1.0,
        help="what operations take, as a share of the measured durations",
    )
    parser.add_argument(
        "--gpu-boot-after",
        type=_share,
        default=0.0,
        help="share of a cluster's creation after which its GPU pools begin to boot, 0 to 1",
    )
    parser.add_argument("--work-dir", type=Path, required=True, help="for ca.pem, simulator.json")
    parser.add_argument(
        "--state-file", type=Path, help="save all there is at the end, and go on from it next time"
    )
    parser.add_argument(
        "--service-bus-port", type=int, default=0, help="for AMQP; 0 takes a free port"
    )
    parser.add_argument(
        "--service-bus-entities",
        type=_entities,
        default=DEFAULT_ENTITIES,
        help="a JSON file with queues and topics, instead of the product's own",
    )
    return parser


def _entities(path: str) -> Entities:
    try:
        return read_entities(json.loads(Path(path).read_text()))
    except (OSError, ValueError, BadInput) as error:
        raise argparse.ArgumentTypeError(f"{path}: {error}") from None


def _scale(text: str) -> float:
    scale = float(text)
    if not (math.isfinite(scale) and scale >= 0):
        raise ValueError(text)
    return scale


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise ValueError(text)
    return share


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


if __name__ == "__main__":
    sys.exit(main())
