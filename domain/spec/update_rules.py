"""Rules about how a version is replaced: what fits together."""

from collections.abc import Iterable
from typing import Any

from domain.problem import Problem
from domain.spec.gpu_rules import read_section
from domain.spec.update import MAX_WATCHED_MINUTES, Update
from domain.spec.workload import Workload


def find_update_problems(document: dict[str, Any]) -> Iterable[Problem]:
    if document.get("update") is None:
        return
    update = read_section(document, "update", Update)
    workload = read_section(document, "workload", Workload)
    if update is None or not update.is_blue_green:
        return
    if update.watched_minutes > MAX_WATCHED_MINUTES:
        yield Problem(
            "InvalidValue",
            f"All steps and keepMinutes last {update.watched_minutes} minutes together: shorten "
            f"them to at most {MAX_WATCHED_MINUTES}.",
            "update.steps",
        )
    if workload and workload.autoscale:
        yield Problem(
            "InvalidValue",
            "With workload.autoscale replicas follow the requests, which move from one version to "
            "the other: leave autoscale out, or use replace.",
            "update.strategy",
        )
