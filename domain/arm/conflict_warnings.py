"""Tells in an operation's warnings what was changed outside Gridplane, and what became of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from domain.outcomes import OperationWarning

SETTING_CONFLICT = "SettingConflict"

LONGEST_VALUE = 120
MOST_SETTINGS = 10
"""A warning is on the record twice, on its operation and on the timeline."""

NOT_SHOWN = frozenset({"matchConditions"})
"""Conditions of firewall rules may compare headers with secrets."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """One property with a value that others have set."""

    path: str
    found: object
    wanted: object
    is_kept: bool
    part: str = ""
    """Relative id of the part of the resource that has it; empty: the resource itself."""


def build_warnings(
    resource_id: str, environment: str, conflicts: Sequence[Conflict]
) -> tuple[OperationWarning, ...]:
    """One for each resource and result. The text is the same at every attempt, and for a pool by
    itself and in its cluster, so that the record has it once."""
    groups = dict.fromkeys((each.part, each.is_kept) for each in conflicts)
    return tuple(
        OperationWarning(
            code=SETTING_CONFLICT,
            message=_describe(
                [each for each in conflicts if (each.part, each.is_kept) == (part, is_kept)],
                environment,
                is_kept=is_kept,
            ),
            target=f"{resource_id}/{part}" if part else resource_id,
        )
        for part, is_kept in groups
    )


def _describe(conflicts: Sequence[Conflict], environment: str, *, is_kept: bool) -> str:
    settings = [_describe_setting(each) for each in conflicts[:MOST_SETTINGS]]
    if len(conflicts) > MOST_SETTINGS:
        settings.append(f"{len(conflicts) - MOST_SETTINGS} more")
    if is_kept:
        return (
            f"Changed outside Gridplane and kept: {', '.join(settings)}. "
            f"POST /environments/{environment}/repair sets what the specification leads to."
        )
    return (
        "Changed outside Gridplane and set again, because it was removed or the environment needs "
        f"it: {', '.join(settings)}."
    )


def _describe_setting(conflict: Conflict) -> str:
    if NOT_SHOWN & set(conflict.path.split(".")):
        return f"{conflict.path} (values are not shown)"
    return f"{conflict.path} (found {_show(conflict.found)}, wanted {_show(conflict.wanted)})"


def _show(value: object) -> str:
    text = "nothing" if value is None else json.dumps(value, separators=(",", ":"))
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."
