"""The specification that Azure was last brought to: the base of the merge in an update."""

from typing import Self

from domain.environment.operation import Operation, OperationKind
from domain.environment.operation_request import BUILDS
from domain.outcomes import Outcome
from domain.spec.model import EnvironmentSpec
from domain.wire import WireModel

BODIES_VERSION = 2
"""Raise it when the same specification leads to other request bodies than before.

What an earlier version of Gridplane sent was not changed by others.
"""


class AppliedSpec(WireModel):
    """A specification that was built successfully."""

    spec: EnvironmentSpec
    """Without env and args of its workload: no ARM resource has them, and they may be large."""
    bodies_version: int

    @classmethod
    def of(cls, spec: EnvironmentSpec) -> Self:
        return cls(spec=spec.without_payload(), bodies_version=BODIES_VERSION)


def applied_after(
    before: AppliedSpec | None, operation: Operation, spec: EnvironmentSpec, outcome: Outcome
) -> AppliedSpec | None:
    """None after an operation without success: Azure may have values of two specifications."""
    if not outcome.is_success:
        return None
    return AppliedSpec.of(spec) if operation.kind in BUILDS else before


def find_base(applied: AppliedSpec | None, operation: Operation) -> EnvironmentSpec | None:
    """The specification whose values count as unchanged; None: everything is set again.

    Only an update keeps what others have changed: to set it again is what a repair is for.
    """
    if applied is None or applied.bodies_version != BODIES_VERSION:
        return None
    return applied.spec if operation.kind is OperationKind.UPDATE else None
