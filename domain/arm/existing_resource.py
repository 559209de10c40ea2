"""What a look at an existing ARM resource says: whose it is, and whether it is at rest."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from domain.arm import naming
from domain.arm.resource_kinds import KINDS, ResourceTarget


def owner_of(target: ResourceTarget) -> ResourceTarget:
    """Whose tags say whose the target is: its own, or those of the profile it is a part of."""
    return target if KINDS[target.kind].has_tags else replace(target, kind="profile", region="")


def is_foreign(existing: Mapping[str, Any], target: ResourceTarget) -> bool:
    """Whether somebody else made it: never touch that. ARM omits `tags` where there are none."""
    if not KINDS[target.kind].has_tags:
        return False
    tags: Mapping[str, str] = existing.get("tags") or {}
    ours = (tags.get("managed-by"), tags.get("environment"))
    return ours != (naming.MANAGED_BY, target.environment)


def provisioning_state(existing: Mapping[str, Any]) -> str:
    """In lower case; what has no state has nothing to wait for."""
    return str(existing.get("properties", {}).get("provisioningState", "Succeeded")).lower()


def is_in_motion(existing: Mapping[str, Any]) -> bool:
    """Whether an operation on it still runs: a second PUT would be refused or supersede it."""
    return provisioning_state(existing) not in {"succeeded", "failed", "canceled"}
