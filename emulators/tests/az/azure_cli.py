"""The real Azure CLI in a configuration of its own, as one would use it in a shell."""

import json
import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulators.tests.support.simulator import REPOSITORY, SimulatorAddress

EXECUTABLE = REPOSITORY / ".venv-az" / "bin" / "az"
CLOUD = "SimulatedAzure"
SECONDS = 120
"""A command that starts its poller once more waits 30 s; none of them should have to."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """How a command ended that did not go well: 1 for Azure's refusals, 3 for what is missing."""

    exit_code: int
    text: str


class AzureCli:
    """Runs `az` for one signed-in user; every answer is the JSON that a `--query` picked."""

    def __init__(
        self, address: SimulatorAddress, folder: Path, *, seconds: float = SECONDS, **more: str
    ) -> None:
        """`seconds`: how long a command may take; `more` are further environment variables."""
        self.address = address
        self._seconds = seconds
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "AZURE_CONFIG_DIR": str(folder / "azure"),
            "AZURE_CORE_COLLECT_TELEMETRY": "false",
            "AZURE_CORE_INSTANCE_DISCOVERY": "false",
            "AZURE_CORE_NO_COLOR": "true",
            "AZURE_CORE_ONLY_SHOW_ERRORS": "true",
            "AZURE_EXTENSION_USE_DYNAMIC_INSTALL": "no",
            "REQUESTS_CA_BUNDLE": address.ca_bundle,
            **more,
        }

    @property
    def subscription(self) -> str:
        return f"/subscriptions/{self.address.subscription_id}"

    def __call__(self, command: str, query: str | None = None) -> Any:
        """The answer of `az command`, or what `query` picks of it; None for none."""
        arguments = [*shlex.split(command), "--output", "json"]
        arguments += ["--query", query] if query else []
        ended = self._run(arguments)
        assert ended.returncode == 0, f"az {command}\n{ended.stderr}"
        return json.loads(ended.stdout) if ended.stdout.strip() else None

    def refused(self, command: str) -> Refusal:
        """How `az command` was refused; fails when it was not."""
        ended = self._run(shlex.split(command))
        assert ended.returncode != 0, f"az {command}\n{ended.stdout}"
        return Refusal(ended.returncode, ended.stderr)

    def register_cloud(self) -> None:
        url = self.address.url
        self(f"cloud register --name {CLOUD} --endpoint-resource-manager {url}")
        self(f"cloud set --name {CLOUD}")

    def sign_in(self) -> Any:
        """Register the cloud and sign in; answers the subscriptions."""
        self.register_cloud()
        return self(self.login_command(self.address.client_id, self.address.client_secret))

    def login_command(self, client_id: str, secret: str, tenant: str | None = None) -> str:
        where = tenant or self.address.tenant_id
        return (
            f"login --service-principal --username {client_id} "
            f"--password={shlex.quote(secret)} --tenant {where}"
        )

    def _run(self, arguments: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(EXECUTABLE), *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=self._seconds,
            check=False,
        )
