"""Measures the broker's CPU time per message: several client processes send, receive, complete."""

import argparse
import asyncio
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver, ServiceBusSender

BATCH = 100
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


async def send_one_by_one(sender: ServiceBusSender, count: int) -> None:
    for _ in range(count):
        await sender.send_messages(ServiceBusMessage(b"x" * 100))


async def send_in_batches(sender: ServiceBusSender, count: int) -> None:
    for _ in range(count // BATCH):
        await sender.send_messages([ServiceBusMessage(b"x" * 100) for _ in range(BATCH)])


async def receive_and_complete(receiver: ServiceBusReceiver, count: int) -> None:
    while count > 0:
        messages = await receiver.receive_messages(min(count, BATCH), max_wait_time=5)
        if not messages:
            raise SystemExit(f"{count} messages did not come")
        for message in messages:
            await receiver.complete_message(message)
        count -= len(messages)


PHASES: dict[str, Callable[..., Awaitable[None]]] = {
    "send one by one": send_one_by_one,
    "receive and complete": receive_and_complete,
    "send in batches of 100": send_in_batches,
    "receive and complete again": receive_and_complete,
}


async def work(connection_string: str, queue: str, count: int, barrier: Any) -> None:
    async with (
        ServiceBusClient.from_connection_string(connection_string) as client,
        client.get_queue_sender(queue) as sender,
        client.get_queue_receiver(queue) as receiver,
    ):
        for phase in PHASES.values():
            barrier.wait()
            await phase(receiver if phase is receive_and_complete else sender, count)
            barrier.wait()


def run_client(connection_string: str, queue: str, count: int, barrier: Any) -> None:
    asyncio.run(work(connection_string, queue, count, barrier))


def cpu_seconds(pid: int) -> float:
    """User and system time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def start_simulator(directory: Path, clients: int) -> tuple[subprocess.Popen[bytes], str]:
    """One queue for each client: its own messages are always enough for it."""
    entities = directory / "entities.json"
    entities.write_text(json.dumps({"queues": [{"name": f"q{n}"} for n in range(clients)]}))
    simulator = subprocess.Popen(
        [
            *(sys.executable, "-m", "emulators.azure", "--work-dir", str(directory)),
            *("--service-bus-entities", str(entities), "--time-scale", "1"),
        ],
        stderr=subprocess.DEVNULL,
    )
    ready = directory / "simulator.json"
    while not ready.exists():
        time.sleep(0.02)
    return simulator, json.loads(ready.read_text())["serviceBus"]


def report(name: str, messages: int, seconds: float, cpu: float) -> None:
    print(
        f"{name:28} {messages / seconds:8.0f} messages/s   broker CPU "
        f"{cpu / messages * 1e6:6.0f} us per message"
    )


def measure(pid: int, clients: int, count: int, barrier: Any) -> None:
    """A whole cycle is the first two phases: each message is sent, received and completed."""
    spent: list[float] = []
    for name in PHASES:
        barrier.wait()
        begun, cpu = time.perf_counter(), cpu_seconds(pid)
        barrier.wait()
        spent.append(cpu_seconds(pid) - cpu)
        report(name, clients * count, time.perf_counter() - begun, spent[-1])
    cycle = (spent[0] + spent[1]) / (clients * count)
    print(f"{'whole cycle':28} {1 / cycle:8.0f} per second and core by the broker's CPU")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--count", type=int, default=2000, help="messages of each client")
    options = parser.parse_args()
    barrier = multiprocessing.Barrier(options.clients + 1)
    with tempfile.TemporaryDirectory() as directory:
        simulator, connection_string = start_simulator(Path(directory), options.clients)
        clients = [
            multiprocessing.Process(
                target=run_client,
                args=(connection_string, f"q{number}", options.count, barrier),
            )
            for number in range(options.clients)
        ]
        try:
            for client in clients:
                client.start()
            measure(simulator.pid, options.clients, options.count, barrier)
            for client in clients:
                client.join()
        finally:
            simulator.terminate()
            simulator.wait()


if __name__ == "__main__":
    main()
