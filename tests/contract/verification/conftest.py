"""The verification of Azure on simulated Azure, in a time that passes while nothing works."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from clients.settings import Settings
from emulators.azure.clock import Clock
from emulators.azure.process import RunningSimulator
from emulators.tests.support.idle_time import IdleTimeLoop, idle_clock
from emulators.tests.support.simulator import SimulatorAddress, simulator_in_process
from tests.azure.subject import GPU_SIZE
from tests.azure.verify import Options, verify

TIME_SCALE = 2000.0


def pytest_asyncio_loop_factories() -> dict[str, type[IdleTimeLoop]]:
    return {"idle time": IdleTimeLoop}


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[tuple[RunningSimulator, SimulatorAddress]]:
    async with simulator_in_process(tmp_path, idle_clock(TIME_SCALE)) as started:
        yield started


@dataclass(slots=True)
class Verification:
    """Runs of the command, with what the terminal showed."""

    settings: Settings
    clock: Clock
    folder: Path
    said: list[str] = field(default_factory=list[str])
    ask: Callable[[str], str] = lambda _: ""
    say: Callable[[str], None] = lambda _: None

    @property
    def text(self) -> str:
        return "\n".join(self.said)

    @property
    def report(self) -> str:
        (report,) = self.folder.glob("*/report.md")
        return report.read_text()

    @property
    def recordings(self) -> dict[str, str]:
        return {each.name: each.read_text() for each in self.folder.glob("*/recordings/*.jsonl")}

    async def run(
        self,
        *only: str,
        gpu_size: str | None = GPU_SIZE,
        max_usd: float = 15.0,
        max_minutes: float = 150.0,
        is_confirmed: bool = True,
        app_url: str | None = None,
    ) -> int:
        options = Options(
            region="westeurope",
            gpu_size=gpu_size,
            max_usd=max_usd,
            max_minutes=max_minutes,
            folder=self.folder,
            only=only,
            is_confirmed=is_confirmed,
            app_url=app_url,
        )
        return await verify(options, self.settings, self.clock, self._say, self.ask)

    def _say(self, text: str) -> None:
        self.said.append(text)
        self.say(text)

    async def until_said(self, text: str) -> None:
        while text not in self.text:
            await asyncio.sleep(0.001)


@pytest.fixture
def verification(
    address: SimulatorAddress,
    simulator: RunningSimulator,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Verification:
    values = address.environment() | {
        "AZURE_SUBSCRIPTION_ID": address.subscription_id,
        "ARM_ENDPOINT": address.url,
        "METRICS_ENDPOINT": address.url,
        "RETAIL_PRICES_URL": address.url,
        "CA_BUNDLE": address.ca_bundle,
        "EDGE_ADDRESS": address.url.removeprefix("https://"),
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    settings = Settings.from_environment(values)
    return Verification(settings, simulator.simulator.clock, tmp_path / "verify-azure")
