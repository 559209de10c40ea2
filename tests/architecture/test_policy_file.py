"""The policy file: its schema, its example, and what infra/ says of the same."""

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from clients.yaml_lines import load_with_lines
from domain.arm.naming import environment_tags
from domain.guard.policy.model import Policy
from domain.guard.policy.parse import LocatedDocument, parse_policy
from domain.spec.tags import OWN_TAGS
from tests.architecture.source import REPOSITORY
from tests.support.policy_schema import SCHEMA, build_policy_schema
from tests.support.specs import a_spec

EXAMPLE = REPOSITORY / "infra/environments/policy.yaml"
DOCUMENT = REPOSITORY / "docs/policy.md"
DEFINITIONS = REPOSITORY / "infra/modules/policy/definitions"


def located(content: bytes) -> LocatedDocument:
    found = load_with_lines(content)
    assert isinstance(found, LocatedDocument)
    return found


def parse(content: bytes) -> Policy:
    policy = parse_policy(located(content))
    assert isinstance(policy, Policy), policy
    return policy


def examples() -> list[bytes]:
    blocks = re.findall(r"```yaml\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    return [EXAMPLE.read_bytes(), *(block.encode() for block in blocks)]


def test_the_published_schema_is_that_of_the_model():
    assert SCHEMA.read_text() == build_policy_schema()


def test_every_example_is_valid_by_the_model_and_by_the_schema():
    validator = Draft202012Validator(json.loads(SCHEMA.read_text()))
    assert len(examples()) > 1
    for content in examples():
        parse(content)
        assert list(validator.iter_errors(located(content).value)) == []


@pytest.mark.parametrize(
    "document",
    [{}, {"version": 2}, {"version": 1, "colour": "blue"}, {"version": 1, "limits": {"x": 1}}],
)
def test_the_schema_refuses_what_the_model_refuses(document: dict[str, Any]):
    validator = Draft202012Validator(json.loads(SCHEMA.read_text()))
    assert list(validator.iter_errors(document))
    assert not isinstance(parse_policy(LocatedDocument(document, {})), Policy)


def test_what_the_file_allows_azure_policy_allows():
    policy = parse(EXAMPLE.read_bytes())
    variables = (REPOSITORY / "infra/variables.tf").read_text()
    block = variables.partition('variable "allowed_gpu_sizes"')[2].partition("]")[0]
    sizes = set(re.findall(r'"(Standard_\w+)"', block))
    assert set(policy.allow.vm_sizes or ()) <= sizes
    stage = (REPOSITORY / "infra/environments/prod.tfvars").read_text()
    listed = re.search(r"^allowed_regions = \[(.*?)\]", stage, re.MULTILINE)
    assert listed
    regions = re.findall(r'"(\w+)"', listed.group(1))
    assert list(policy.allow.regions or ()) == regions


def test_every_tag_that_azure_policy_requires_is_set_or_required():
    policy = parse(EXAMPLE.read_bytes())
    rules = [path.read_text() for path in DEFINITIONS.glob("*.json")]
    required = {tag for rule in rules for tag in re.findall(r'"notContainsKey": "([\w-]+)"', rule)}
    assert required
    assert required <= OWN_TAGS | {name.lower() for name in policy.required_tags}


def test_the_tags_that_no_specification_may_set_are_those_that_gridplane_sets():
    assert set(environment_tags(a_spec())) == OWN_TAGS
    tagged = environment_tags(a_spec(tags={"team": "fraud"}))
    assert tagged["team"] == "fraud"
