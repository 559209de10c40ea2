"""Which environments refer to a model, so that the registry keeps it."""

from collections.abc import Collection, Iterable

from domain.environment.operation import parse_operation_id
from domain.environment.record import EnvironmentRecord
from domain.outcomes import Status
from domain.requests.scopes import CallerScope
from domain.spec.model import EnvironmentSpec
from domain.spec.resolved_model import reference_of
from domain.spec.workload import Workload

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
    changing ones as well; and those where it may serve although the specification names another.
    `unbegun`: specifications of operations that have not begun."""
    waiting = {spec.name for spec in unbegun if _uses(spec.workload, model, version)}
    found = (
        record
        for record in records
        if not record.is_deleted
        and (
            record.name in waiting
            or any(_uses(workload, model, version) for workload in _list_served(record))
        )
    )
    return sorted(found, key=lambda record: record.name)


def _list_served(record: EnvironmentRecord) -> Iterable[Workload]:
    """Until an update has succeeded, replicas of those that failed, and of what was built before,
    may serve on."""
    yield record.spec.workload
    if record.former:
        yield record.former.workload
    for version in reversed(record.versions):
        yield version.workload
        if version.status is Status.SUCCEEDED:
            break


def find_on_record(
    operation_ids: Iterable[str], records: Iterable[EnvironmentRecord]
) -> tuple[str, ...]:
    """Operations that these records show, or later ones of the same environments."""
    sequences = {record.name: record.sequence for record in records}
    parsed = ((each, parse_operation_id(each)) for each in operation_ids)
    return tuple(
        each for each, id in parsed if id and id.sequence <= sequences.get(id.environment, 0)
    )


def describe_users(users: Collection[EnvironmentRecord], scope: CallerScope) -> str:
    """Without the names of environments that the caller does not see."""
    seen = [each.name for each in users if scope.admits(each.spec.cost_center)][:MOST_NAMED]
    others = len(users) - len(seen)
    if not seen:
        return f"Environments that you do not see refer to it: {others} of them."
    names = ", ".join(seen) + (f" and {others} others" if others else "")
    return f"These environments refer to it: {names}. Update or delete them first."


def _uses(workload: Workload, name: str, version: str | None) -> bool:
    reference = reference_of(workload)
    return (
        reference is not None and reference.name == name and version in (None, reference.version)
    )
