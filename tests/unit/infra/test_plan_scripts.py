"""`.github/scripts`: a saved plan travels encrypted and is not opened after a change."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import REPOSITORY

PLAN = b"PK\x03\x04 a plan with what the state holds" * 40

pytestmark = pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg is not installed")


@pytest.fixture(name="keyring")
def make_keyring() -> Iterator[str]:
    """Of a short path, as that of a socket in it may have 108 characters at most."""
    folder = tempfile.mkdtemp(prefix="gpg", dir="/tmp")
    yield folder
    subprocess.run(
        ["gpgconf", "--kill", "all"], env=os.environ | {"GNUPGHOME": folder}, check=True
    )
    shutil.rmtree(folder, ignore_errors=True)


def run(script: str, folder: Path, keyring: str, passphrase: str = "correct") -> int:
    return subprocess.run(
        [REPOSITORY / ".github/scripts" / script],
        cwd=folder,
        env=os.environ | {"GNUPGHOME": keyring, "PLAN_PASSPHRASE": passphrase},
        capture_output=True,
        check=False,
    ).returncode


@pytest.fixture(name="sealed")
def seal(tmp_path: Path, keyring: str) -> Path:
    (tmp_path / "stage.tfplan").write_bytes(PLAN)
    assert run("seal_plan.sh", tmp_path, keyring) == 0
    return tmp_path


def test_a_plan_is_opened_as_it_was_sealed(sealed: Path, keyring: str):
    assert not (sealed / "stage.tfplan").exists()
    assert b"what the state holds" not in (sealed / "stage.tfplan.gpg").read_bytes()
    assert run("open_plan.sh", sealed, keyring) == 0
    assert (sealed / "stage.tfplan").read_bytes() == PLAN


def test_another_passphrase_does_not_open_it(sealed: Path, keyring: str):
    assert run("open_plan.sh", sealed, keyring, passphrase="guessed") != 0


def test_a_plan_that_was_changed_on_the_way_is_refused(sealed: Path, keyring: str):
    file = sealed / "stage.tfplan.gpg"
    content = bytearray(file.read_bytes())
    content[-5] ^= 1
    file.write_bytes(content)
    assert run("open_plan.sh", sealed, keyring) != 0


def test_without_a_passphrase_nothing_is_sealed(tmp_path: Path, keyring: str):
    (tmp_path / "stage.tfplan").write_bytes(PLAN)
    assert run("seal_plan.sh", tmp_path, keyring, passphrase="") != 0
    assert not (tmp_path / "stage.tfplan.gpg").exists()
