"""Refusals of Azure Policy."""

import json
from collections.abc import Sequence
from typing import Any

from emulators.azure.arm.answers import Answer, ArmError
from emulators.azure.arm.errors import MADE_BY_GATEWAY

Violation = dict[str, Any]
"""What `additionalInfo` says about one assignment."""


def disallowed(resource_name: str, violations: Sequence[Violation]) -> ArmError:
    """The body as Microsoft's documentation shows it; each assignment stands in it twice."""
    identifiers = [
        {
            "policyAssignment": _named(each, "policyAssignment"),
            "policyDefinition": _named(each, "policyDefinition"),
        }
        for each in violations
    ]
    shown = json.dumps(identifiers, separators=(",", ":"))
    error = {
        "code": "RequestDisallowedByPolicy",
        "target": resource_name,
        "message": f"Resource '{resource_name}' was disallowed by policy. "
        f"Policy identifiers: '{shown}'.",
        "additionalInfo": [{"type": "PolicyViolation", "info": each} for each in violations],
    }
    return ArmError(Answer(403, {"error": error}, MADE_BY_GATEWAY))


def _named(violation: Violation, what: str) -> dict[str, str]:
    return {"name": violation[f"{what}DisplayName"], "id": violation[f"{what}Id"]}
