"""The requests that start and recover the operations of rows."""

from typing import Any

from domain.environment.operation import OperationKind
from tests.faults.row import FaultRow, Recovery
from tests.support.specs import spec_body

STARTS: dict[OperationKind, tuple[str, str]] = {
    OperationKind.PROVISION: ("POST", "/environments"),
    OperationKind.UPDATE: ("PUT", "/environments/{name}"),
    OperationKind.REPAIR: ("POST", "/environments/{name}/repair"),
    OperationKind.SCALE_DOWN: ("POST", "/environments/{name}/scale-down"),
    OperationKind.WAKE: ("POST", "/environments/{name}/wake"),
    OperationKind.DELETE: ("DELETE", "/environments/{name}"),
}
RECOVERIES: dict[Recovery, tuple[str, str]] = {
    Recovery.RETRY: ("POST", "/environments/{name}/retry"),
    Recovery.REPAIR: ("POST", "/environments/{name}/repair"),
    Recovery.CORRECT: ("PUT", "/environments/{name}"),
    Recovery.SCALE_DOWN: ("POST", "/environments/{name}/scale-down"),
    Recovery.WAKE: ("POST", "/environments/{name}/wake"),
    Recovery.DELETE: ("DELETE", "/environments/{name}"),
}


def fill(text: str, row: FaultRow) -> str:
    return text.replace("{name}", row.name).replace("{plain}", row.name.replace("-", ""))


def body_of(row: FaultRow, *, broken: bool = False) -> dict[str, Any]:
    """The specification; for an update that meets the fault, with the row's change."""
    body = spec_body(name=row.name, **row.spec)
    if broken and row.during is OperationKind.UPDATE:
        return {**body, **row.change}
    return body
