"""Which environments refer to a model, so that the registry keeps it."""

from collections.abc import Iterable

from domain.environment.record import EnvironmentRecord


def find_users(records: Iterable[EnvironmentRecord], model: str, version: str | None) -> list[str]:
    """Names of environments whose specification names the version, or any of the model: asleep,
    failed and changing ones as well."""
    return sorted(record.name for record in records if _uses(record, model, version))


def _uses(record: EnvironmentRecord, name: str, version: str | None) -> bool:
    model = record.spec.workload.model
    if record.is_deleted or model is None or model.name != name:
        return False
    return version in (None, model.version)
