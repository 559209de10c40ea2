"""How the record follows what an operation finds out about its image."""

from domain.environment.pinned_image import RecordImage
from domain.environment.record import EnvironmentRecord
from domain.environment.transitions import add_event, touch


def record_image(record: EnvironmentRecord, found: RecordImage) -> EnvironmentRecord | None:
    """None if the operation has ended: another one may have found out more."""
    operation = record.find_operation(found.operation_id)
    if operation is None or operation.has_ended:
        return None
    changes = {"image": found.image, **touch(record, found.at)}
    changed = record.model_copy(update=changes)
    if found.image is None:
        return changed
    message = f"{found.image.reference} is {found.image.digest}"
    return add_event(changed, found.at, "ImageResolved", message, operation_id=operation.id)
