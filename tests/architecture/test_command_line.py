"""What is generated for the command line is current, and it is installable by itself."""

import json
import re
import tomllib

from jsonschema import Draft202012Validator
from packaging.requirements import Requirement

from tests.architecture.source import REPOSITORY
from tests.support import cli_reference
from tests.support.client_types import SCHEMA, TYPES, render_schema, render_types

PROJECT = tomllib.loads((REPOSITORY / "cli/pyproject.toml").read_text())["project"]
SOURCES = sorted((REPOSITORY / "cli/src/gridplane").rglob("*.py"))


def test_its_types_are_those_of_the_api():
    assert TYPES.read_text() == render_types(), "run `make format`"


def test_the_schema_for_editors_is_that_of_the_api():
    assert SCHEMA.read_text() == render_schema(), "run `make format`"


def test_editors_accept_the_example_and_mark_mistakes():
    validator = Draft202012Validator(json.loads(SCHEMA.read_text()))
    spec = json.loads((REPOSITORY / "examples/environment.json").read_text())
    assert list(validator.iter_errors(spec)) == []
    mistaken = {**spec, "colour": "blue", "gpu": {"maxNodes": "many"}}
    paths = {"/".join(map(str, each.path)) for each in validator.iter_errors(mistaken)}
    assert paths == {"", "gpu", "gpu/maxNodes"}


def test_its_reference_is_current():
    assert cli_reference.FILE.read_text() == cli_reference.render(), "run `make format`"


def test_what_it_requires_is_what_is_tested():
    locked = (REPOSITORY / "requirements-dev.txt").read_text()
    for line in PROJECT["dependencies"]:
        required = Requirement(line)
        name = re.escape(required.name.lower())
        found = re.search(rf"^{name}==(\S+)", locked, re.MULTILINE | re.IGNORECASE)
        assert found, f"add {required.name} to requirements-dev.in"
        assert required.specifier.contains(found[1]), line


def test_what_it_imports_is_what_it_requires():
    text = "\n".join(path.read_text() for path in SOURCES)
    imported = set(re.findall(r"^\s*(?:from|import) (\w+)", text, re.MULTILINE))
    modules = {"PyYAML": "yaml", "azure-identity": "azure"}
    required = {modules.get(name, name) for name in map(_name, PROJECT["dependencies"])}
    own = {"gridplane", "__future__"}
    assert imported - required - own <= _standard_library()
    assert required <= imported


def _name(line: str) -> str:
    return Requirement(line).name


def _standard_library() -> set[str]:
    import sys

    return set(sys.stdlib_module_names)
