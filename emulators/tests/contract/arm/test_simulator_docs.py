"""The commands of the README of simulated Azure, run as they stand there."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from emulators.tests.support.simulator import REPOSITORY

DOCUMENT = REPOSITORY / "emulators/azure/README.md"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_every_command_of_the_document_works(tmp_path: Path) -> None:
    script = "\n".join(
        ["set -eu", "trap 'kill %1' EXIT", *_blocks(), "echo; echo all of it"]
    ).replace("build/azure", str(tmp_path))
    ran = subprocess.run(
        ["bash", "-m", "-c", script], cwd=REPOSITORY, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "all of it" in ran.stdout
    assert "SubscriptionRequestsThrottled" in ran.stdout


def test_every_control_is_in_the_document() -> None:
    source = "".join(
        (REPOSITORY / "emulators/azure" / module).read_text()
        for module in (
            "control/routes.py",
            "control/lag.py",
            "control/policy_control.py",
            "control/size_control.py",
            "service_bus/control.py",
        )
    )
    controls = re.findall(r'\("(GET|PUT|POST|DELETE)", "(/[^"]+)"\): self', source)
    assert len(controls) > 20
    text = DOCUMENT.read_text()
    missing = [
        each for each in controls if not re.search(rf"control {each[0]} '?{each[1]}\b", text)
    ]
    assert missing == []


def _blocks() -> list[str]:
    return re.findall(r"```bash\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
