"""Programs that were not made for simulated Azure build a whole environment in it.

`make test-peers` runs them; each skips where its program is missing. Time runs so fast here that
an operation has ended before it is asked for: the minutes say nothing.
"""

import shutil
from pathlib import Path

import pytest

from benchmarks.peers import azure_cli, terraform

pytestmark = pytest.mark.az

TIME_SCALE = 100_000.0


def test_az_and_kubectl_build_what_answers_through_front_door(tmp_path: Path) -> None:
    if missing := azure_cli.find_missing():
        pytest.skip(missing)
    assert azure_cli.measure(tmp_path, TIME_SCALE) > 0


def test_terraform_builds_what_answers_through_front_door(tmp_path: Path) -> None:
    module = tmp_path / "module"
    shutil.copytree(terraform.MODULE, module)
    if missing := terraform.find_missing(module):
        pytest.skip(missing)
    assert terraform.measure(tmp_path, module, TIME_SCALE) > 0
