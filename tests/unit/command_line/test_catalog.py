"""Presets, the registry of models, versions of environments, rollbacks."""

import json
from typing import Any

import pytest

from tests.support.command_line import NAME, CommandLine
from triggers.model_routes import EXAMPLE_MODEL


def register(cli: CommandLine, **changes: Any) -> None:
    path = cli.folder / "model.json"
    path.write_text(json.dumps({**EXAMPLE_MODEL, **changes}))
    result = cli("register", "-f", str(path))
    assert result.code == 0, result.err


def of_version(number: int) -> dict[str, Any]:
    return {"model": {"name": "fraud-llm", "version": str(number)}}


@pytest.fixture
def updated(cli: CommandLine) -> CommandLine:
    """Version 1 was built, version 2 runs."""
    register(cli)
    register(cli, licence="mit")
    cli.create(workload=of_version(1))
    path = cli.spec_file(workload=of_version(2))
    assert cli("apply", "-f", path, "--yes", "--detach").code == 0
    cli.finish("fraud-llm.2")
    return cli


def test_presets_are_listed_with_the_smallest_size_that_fits(cli: CommandLine):
    result = cli("presets")
    assert result.code == 0, result.err
    (line,) = [each for each in result.out.splitlines() if each.startswith("phi-4 ")]
    assert "Standard_" in line
    assert "phi-4" in cli("presets", "-o", "name").out.splitlines()


def test_versions_are_registered_listed_and_deleted(cli: CommandLine):
    register(cli)
    register(cli, licence="mit")
    assert cli("models", "-o", "name").out == "fraud-llm\n"
    assert cli("models").out.splitlines()[1].split()[:3] == ["fraud-llm", "2", "2"]
    assert cli("models", "fraud-llm", "-o", "name").out == "2\n1\n"
    assert "vllm@sha256:" in cli("models", "fraud-llm").out
    assert cli("unregister", "fraud-llm", "--version", "1", "--yes").code == 0
    assert cli("models", "fraud-llm", "-o", "name").out == "2\n"
    assert cli("unregister", "fraud-llm", "--yes").code == 0
    assert cli("models", "-o", "json").json == []


def test_a_model_in_use_is_kept(updated: CommandLine):
    result = updated("unregister", "fraud-llm", "--version", "2", "--yes")
    assert result.code != 0
    assert "ModelInUse" in result.err


def test_a_rollback_is_followed_and_listed(updated: CommandLine):
    updated.meanwhile = [lambda: updated.finish("fraud-llm.3")]
    result = updated("rollback", NAME, "--to", "1", "--reason", "It is slow.")
    assert (result.code, result.out) == (0, "fraud-llm.3\n"), result.err
    (sent,) = updated.bodies("POST", f"/environments/{NAME}/rollback")
    assert sent == {"toVersion": 1, "reason": "It is slow."}
    assert updated("versions", NAME, "-o", "name").out == "3\n2\n1\n"
    assert "current, back to 1" in updated("versions", NAME).out
