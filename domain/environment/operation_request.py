"""The input of an operation's orchestration, and what is kept of its request."""

from domain.environment.operation import OperationKind
from domain.spec.model import EnvironmentSpec
from domain.wire import WireModel

BRING_A_SPEC = frozenset({OperationKind.PROVISION, OperationKind.UPDATE})
"""Kinds of operations whose request contains a specification."""

BUILDS = BRING_A_SPEC | {OperationKind.REPAIR}
"""Kinds of operations that build whatever the specification describes and is missing."""


class OperationRequest(WireModel):
    """The input of every operation's orchestration."""

    operation_id: str
    kind: OperationKind
    sequence: int
    spec: EnvironmentSpec
    predecessor: str | None = None
    """The operation that was running when this one was requested."""
    force: bool = False
    host_name: str = ""
    """The environment's public host name; empty before it has one."""
    request_id: str | None = None
    digest: str = ""
    """Of the request's content; empty if Gridplane itself has started the operation."""
    traceparent: str | None = None


class IdempotencyRecord(WireModel):
    """A request that started an operation, kept to recognise its repetition."""

    id: str
    operation_id: str
    digest: str
    """Of the request's content; the same id with other content is refused."""
