"""The scripts of the GitHub Action and of plans' comments, with whatever a pull request brings."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.architecture.source import REPOSITORY

ACTION = REPOSITORY / ".github/actions/gridplane"
COMMENT = REPOSITORY / ".github/scripts/comment_plan.sh"
PLAN = {
    "id": "fraud-llm.1.1f0c",
    "digest": "1f0c",
    "action": "update",
    "verdict": "ok",
    "basedOn": 1,
    "estimate": {"atReplicas": {"usdPerMonth": 10}},
}
GH = """#!/bin/bash
case "$*" in
  *--paginate*) jq -r "${@: -1}" comments.json ;;
  *) printf '%s\\n' "$*" >> sent ;;
esac
"""
GRIDPLANE = """#!/bin/bash
printf '%s\\n' "$*" >> asked
cat said
[ ! -f made.json ] || cp made.json plan.json
exit "$(cat code)"
"""

pytestmark = pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")


@dataclass
class Runner:
    """A job's folder, with programs that keep what they were asked for."""

    folder: Path

    def __post_init__(self) -> None:
        for name, text in (("gh", GH), ("gridplane", GRIDPLANE)):
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o755)
        self.comments()
        self.says("fraud-llm will be updated")

    def says(self, text: str, code: int = 0, plan: dict[str, Any] | None = None) -> None:
        """What `gridplane` prints, ends with, and saves."""
        (self.folder / "said").write_text(text)
        (self.folder / "code").write_text(str(code))
        if plan is not None:
            (self.folder / "made.json").write_text(json.dumps(plan))

    def comments(self, *found: tuple[int, str, str]) -> None:
        """Of the pull request: id, body, and what its author is."""
        listed = [{"id": n, "body": body, "user": {"type": kind}} for n, body, kind in found]
        (self.folder / "comments.json").write_text(json.dumps(listed))

    def run(self, script: Path, *arguments: str, **inputs: str) -> int:
        environ = {
            "PATH": f"{self.folder}:{os.environ['PATH']}",
            "RUNNER_TEMP": str(self.folder),
            "GITHUB_OUTPUT": str(self.folder / "outputs"),
            "GITHUB_REPOSITORY": "acme/environments",
            "GITHUB_SHA": "0123456",
            "GH_TOKEN": "a-token",
            "PULL_REQUEST": "7",
            "FILE": "environment.yaml",
            "PLAN_FILE": "plan.json",
            **inputs,
        }
        command = [script, *arguments]
        return subprocess.run(command, cwd=self.folder, env=environ, check=False).returncode

    def read(self, name: str) -> str:
        path = self.folder / name
        return path.read_text() if path.exists() else ""


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def marker(runner: Runner) -> str:
    """What the script begins its comments with."""
    runner.run(ACTION / "plan.sh")
    return runner.read("sent").partition("body=")[2].splitlines()[0]


def test_a_plan_is_commented_and_its_outputs_are_set(runner: Runner):
    runner.says("fraud-llm will be updated", plan=PLAN)
    assert runner.run(ACTION / "plan.sh") == 0
    assert runner.read("outputs") == "action=update\nverdict=ok\n"
    assert "fraud-llm will be updated" in runner.read("sent")
    assert "<summary>update, $10 a month, ok</summary>" in runner.read("sent")


def test_a_plan_that_a_pull_request_brings_along_is_not_taken_for_one(runner: Runner):
    (runner.folder / "plan.json").write_text(json.dumps({**PLAN, "action": "none\nverdict=ok"}))
    runner.says("NotAGpuVmSize: no", code=2)
    assert runner.run(ACTION / "plan.sh") == 2
    assert runner.read("outputs") == ""
    assert "<summary>no plan</summary>" in runner.read("sent")
    assert not (runner.folder / "plan.json").exists()


def test_a_plan_does_not_write_outputs_of_its_own(runner: Runner):
    runner.says("", plan={**PLAN, "verdict": "warn\nendpoint=https://example.com"})
    runner.run(ACTION / "plan.sh")
    assert not any(line.startswith("endpoint=") for line in runner.read("outputs").splitlines())


def test_a_text_stays_within_its_block(runner: Runner):
    runner.says("a\n```\n</pre></details>\n# Approved by @security\n![x](https://example.com/x)")
    runner.run(ACTION / "plan.sh")
    body = runner.read("sent")
    assert body.count("</pre>") == body.count("</details>") == 1
    assert body.index("@security") < body.index("</pre>")


@pytest.mark.parametrize("file", ['x" or true or "', "x --> # Approved", "x` @security", "x\ny"])
def test_a_name_is_nothing_but_a_name(runner: Runner, file: str):
    runner.comments((1, "Unrelated", "Bot"))
    runner.run(ACTION / "plan.sh", FILE=file)
    sent = runner.read("sent")
    assert sent.startswith("api --method POST repos/acme/environments/issues/7/comments")
    assert sent.count("-->") == 1
    assert "# Approved" not in sent.splitlines()[0].partition("-->")[2]


def test_an_earlier_comment_is_replaced(runner: Runner):
    begun = marker(runner)
    (runner.folder / "sent").unlink()
    runner.comments((1, "Unrelated", "Bot"), (5, f"{begun}\nold", "Bot"))
    runner.run(ACTION / "plan.sh")
    assert runner.read("sent").startswith(
        "api --method PATCH repos/acme/environments/issues/comments/5"
    )


def test_a_comment_of_a_person_is_not_made_the_plan(runner: Runner):
    """Who has written it could change it later."""
    begun = marker(runner)
    (runner.folder / "sent").unlink()
    runner.comments((5, f"{begun}\nmine", "User"))
    runner.run(ACTION / "plan.sh")
    assert runner.read("sent").startswith("api --method POST")


def test_a_long_text_fits_a_comment(runner: Runner):
    runner.says("é<" * 60_000)
    assert runner.run(ACTION / "plan.sh") == 0
    assert len((runner.folder / "sent").read_text(encoding="utf-8")) < 65_536


def test_only_a_saved_plan_is_applied(runner: Runner):
    (runner.folder / "plan.json").write_text('{"name": "fraud-llm"}')
    assert runner.run(ACTION / "apply.sh") != 0
    assert runner.read("asked") == ""
    (runner.folder / "plan.json").write_text(json.dumps(PLAN))
    runner.says("https://gp-fraud-llm.z01.azurefd.net")
    assert runner.run(ACTION / "apply.sh") == 0
    assert runner.read("asked") == "apply -f plan.json --yes --no-input --query endpoint\n"
    assert runner.read("outputs") == "endpoint=https://gp-fraud-llm.z01.azurefd.net\n"


@pytest.mark.parametrize(("command", "code"), [("plan", 0), ("apply", 0), ("aply", 2), ("", 2)])
def test_a_command_that_does_not_exist_is_no_success(runner: Runner, command: str, code: int):
    assert runner.run(ACTION / "check_command.sh", COMMAND=command) == code


def test_no_input_is_part_of_a_script():
    steps = yaml.safe_load((ACTION / "action.yml").read_text())["runs"]["steps"]
    assert all("${{" not in each["run"] for each in steps)
    assert "check_command.sh" in steps[0]["run"]
