"""How the record follows what an operation finds out about its Front Door profile."""

from domain.environment.found_profile import FoundProfile
from domain.environment.record import EnvironmentRecord


def keep_profile(record: EnvironmentRecord, found: FoundProfile) -> EnvironmentRecord | None:
    """None if the operation has ended: another one may have found another."""
    operation = record.find_operation(found.operation_id)
    if operation is None or operation.has_ended:
        return None
    return record.model_copy(update={"profile": found})
