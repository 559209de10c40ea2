"""Rules about how a version is replaced: what fits together."""

from collections.abc import Iterable
from typing import Any

from domain.problem import Problem
from domain.spec.gpu_rules import read_section
from domain.spec.update import MAX_WATCHED_MINUTES, Update


def find_update_problems(document: dict[str, Any]) -> Iterable[Problem]:
    if document.get("update") is None:
        return
    update = read_section(document, "update", Update)
    if update is None or not update.is_blue_green:
        return
    if update.watched_minutes > MAX_WATCHED_MINUTES:
        yield Problem(
            "InvalidValue",
            f"All steps and keepMinutes last {update.watched_minutes} minutes together: shorten "
            f"them to at most {MAX_WATCHED_MINUTES}.",
            "update.steps",
        )
