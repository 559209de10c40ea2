"""The input of an operation's orchestration, and the digest that identifies its request."""

import hashlib
import json

from domain.environment.operation import OperationKind
from domain.spec.model import EnvironmentSpec
from domain.wire import WireModel

BRING_A_SPEC = frozenset({OperationKind.PROVISION, OperationKind.UPDATE})
"""Kinds of operations whose request contains a specification."""


def digest_request(kind: OperationKind, spec: EnvironmentSpec | None, force: bool) -> str:
    """Digest of a request's content, to distinguish a repetition from a different request."""
    text = json.dumps([kind, spec.to_wire() if spec else None, force], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


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
    traceparent: str | None = None

    @property
    def digest(self) -> str:
        spec = self.spec if self.kind in BRING_A_SPEC else None
        return digest_request(self.kind, spec, self.force)


class IdempotencyRecord(WireModel):
    """A request that started an operation, kept to recognise its repetition."""

    id: str
    operation_id: str
    digest: str
    """Of the request's content; the same id with other content is refused."""
