"""Writes docs/policy.schema.json: `python -m tests.support.policy_schema`."""

import json
from pathlib import Path

from domain.guard.policy.model import Policy

SCHEMA = Path(__file__).parents[2] / "docs/policy.schema.json"


def build_policy_schema() -> str:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Policy file of Gridplane",
        **{key: value for key, value in Policy.model_json_schema().items() if key != "title"},
        "required": ["version"],
    }
    return json.dumps(schema, indent=2) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(build_policy_schema())
