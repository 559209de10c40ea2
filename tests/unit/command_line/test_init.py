"""The specification that `init` writes."""

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.support.command_line import CommandLine, answer


def write(cli: CommandLine, *options: str) -> str:
    assert cli("init", *options).code == 0
    return Path("environment.yaml").read_text()


def test_it_is_accepted_as_it_is(cli: CommandLine):
    write(cli, "--name", "a-model", "--owner", "team@example.com", "--region", "westeurope")
    assert cli("plan", "-f", "environment.yaml").code == 0
    (spec,) = cli.bodies("POST", "/plans")
    assert (spec["name"], spec["owner"]) == ("a-model", "team@example.com")


def test_its_comments_are_fields_that_the_schema_knows(cli: CommandLine):
    text = write(cli)
    schema = json.loads(Path("environment.schema.json").read_text())
    everything = re.sub(r"^( *)# (?=( *)[a-zA-Z]+: )", r"\1", text, flags=re.MULTILINE)
    everything = re.sub(r"^# (?=[a-zA-Z]+:  #)", "", everything, flags=re.MULTILINE)
    spec = yaml.safe_load(everything)
    assert set(spec) == set(schema["properties"])
    definitions = schema["$defs"]
    assert set(spec["gpu"]) == set(definitions["GpuPoolSpec"]["properties"])
    assert set(spec["workload"]) == set(definitions["Workload"]["properties"])
    assert spec["workload"]["model"] == {"name": "my-llm", "version": "1"}


def test_a_preset_is_enough_of_a_workload(cli: CommandLine):
    text = write(cli, "--preset", "phi-4", "--name", "a-model")
    written = yaml.safe_load(text)
    assert written["workload"] == {"preset": "phi-4"}
    assert "gpu" not in written
    assert cli("plan", "-f", "environment.yaml").code == 0
    sized = write(cli, "--preset", "phi-4", "--gpu", "Standard_NC40ads_H100_v5", "--force")
    assert yaml.safe_load(sized)["gpu"]["vmSize"] == "Standard_NC40ads_H100_v5"


def test_what_is_commented_out_with_its_object_keeps_its_comment(cli: CommandLine):
    text = write(cli, "--preset", "phi-4")
    uncommented = text.replace("# gpu:", "gpu:").replace("#   vmSize:", "  vmSize:")
    assert yaml.safe_load(uncommented)["gpu"] == {"vmSize": "Standard_NC24ads_A100_v4"}


def test_editors_find_the_schema(cli: CommandLine):
    text = write(cli)
    assert text.startswith("# yaml-language-server: $schema=environment.schema.json\n")
    assert cli("schema").out == Path("environment.schema.json").read_text()


def test_a_file_that_exists_stays(cli: CommandLine):
    write(cli)
    Path("environment.yaml").write_text("mine")
    assert cli("init").code == 4
    assert Path("environment.yaml").read_text() == "mine"
    assert cli("init", "--force").code == 0


@pytest.mark.parametrize(
    ("options", "told", "fix"),
    [
        (["--preset", "phi4"], "There is no preset 'phi4'.", "Nearest: phi-4"),
        (["--preset", "xyz"], "There is no preset 'xyz'.", "Known: phi-4-mini-instruct, "),
        (
            ["--gpu", "NC24ads_A100_v4"],
            "westeurope has no GPU size 'NC24ads_A100_v4'.",
            "Nearest: Standard_NC24ads_A100_v4",
        ),
        (
            ["--gpu", "xyz"],
            "westeurope has no GPU size 'xyz'.",
            "`gridplane offers -r westeurope` shows all.",
        ),
        (["--region", "atlantis"], "RegionNotAllowed (query region): ", ""),
        (
            ["--name", "My LLM"],
            "'My LLM' is no name: ",
            "",
        ),
        (["--owner", "team"], "'team' is no owner: ", ""),
    ],
)  # fmt: skip
def test_what_is_not_known_is_refused_with_what_is(
    cli: CommandLine, options: list[str], told: str, fix: str
):
    result = cli("init", *options)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(told)
    assert f"Fix: {fix}" in result.err or not fix
    assert not Path("environment.yaml").exists()


def test_names_are_found_in_whatever_case(cli: CommandLine):
    written = yaml.safe_load(write(cli, "--preset", "PHI-4", "--region", "West Europe"))
    assert written["workload"] == {"preset": "phi-4"}


@pytest.mark.parametrize("options", [["--preset", "new-one"], ["--gpu", "Standard_NC1"]])
def test_without_an_api_names_are_taken_as_they_are(cli: CommandLine, options: list[str]):
    cli.instead = [answer(401)] * 2
    result = cli("init", *options)
    assert result.code == 0
    assert f"{options[1]} is not checked: HTTP401: Unauthorized" in result.err
    assert options[1] in Path("environment.yaml").read_text()


def test_what_is_not_named_is_not_asked_for(cli: CommandLine):
    write(cli)
    assert cli.requests == []
