"""Which environments refer to a model, so that the registry keeps it."""

from collections.abc import Collection, Iterable

from domain.environment.record import EnvironmentRecord
from domain.outcomes import Status
from domain.requests.scopes import CallerScope
from domain.spec.model import EnvironmentSpec

MOST_NAMED = 20


def list_unbegun(records: Iterable[EnvironmentRecord]) -> list[str]:
    """Ids of operations that wait for approval, or have it and have not begun. Their
    specifications are not on record."""
    return [
        operation.id
        for record in records
        for operation in record.operations
        if operation.approval and operation.status is Status.NOT_STARTED
    ]


def find_users(
    records: Iterable[EnvironmentRecord],
    unbegun: Iterable[EnvironmentSpec],
    model: str,
    version: str | None,
) -> list[EnvironmentRecord]:
    """Environments whose specification names the version, or any of the model: asleep, failed and
    changing ones as well. `unbegun`: specifications of operations that have not begun."""
    waiting = {spec.name for spec in unbegun if _uses(spec, model, version)}
    found = (
        record
        for record in records
        if not record.is_deleted and (record.name in waiting or _uses(record.spec, model, version))
    )
    return sorted(found, key=lambda record: record.name)


def describe_users(users: Collection[EnvironmentRecord], scope: CallerScope) -> str:
    """Without the names of environments that the caller does not see."""
    seen = [each.name for each in users if scope.admits(each.spec.cost_center)][:MOST_NAMED]
    others = len(users) - len(seen)
    if not seen:
        return f"Environments that you do not see refer to it: {others} of them."
    names = ", ".join(seen) + (f" and {others} others" if others else "")
    return f"These environments refer to it: {names}. Update or delete them first."


def _uses(spec: EnvironmentSpec, name: str, version: str | None) -> bool:
    model = spec.workload.model
    if model is None or model.name != name:
        return False
    return version in (None, model.version)
