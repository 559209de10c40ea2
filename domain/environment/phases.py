"""The phases of an environment and the only moves between them."""

from enum import StrEnum


class Phase(StrEnum):
    """Where an environment stands in its life."""

    AWAITING_APPROVAL = "AwaitingApproval"
    PROVISIONING = "Provisioning"
    READY = "Ready"
    SCALED_DOWN = "ScaledDown"
    WAKING = "Waking"
    UPDATING = "Updating"
    DELETING = "Deleting"
    DELETED = "Deleted"
    FAILED = "Failed"
    CANCELED = "Canceled"


TRANSITIONS: dict[Phase, frozenset[Phase]] = {
    Phase.AWAITING_APPROVAL: frozenset(
        {Phase.PROVISIONING, Phase.CANCELED, Phase.FAILED, Phase.DELETING}
    ),
    Phase.PROVISIONING: frozenset({Phase.READY, Phase.FAILED, Phase.CANCELED, Phase.DELETING}),
    Phase.READY: frozenset({Phase.UPDATING, Phase.SCALED_DOWN, Phase.DELETING, Phase.FAILED}),
    Phase.SCALED_DOWN: frozenset({Phase.WAKING, Phase.UPDATING, Phase.DELETING}),
    Phase.WAKING: frozenset(
        {Phase.READY, Phase.SCALED_DOWN, Phase.FAILED, Phase.CANCELED, Phase.DELETING}
    ),
    Phase.UPDATING: frozenset(
        {Phase.READY, Phase.SCALED_DOWN, Phase.FAILED, Phase.CANCELED, Phase.DELETING}
    ),
    Phase.DELETING: frozenset(
        {
            Phase.DELETED,
            Phase.FAILED,
            Phase.CANCELED,
            Phase.DELETING,
            Phase.READY,
            Phase.SCALED_DOWN,
        }
    ),
    Phase.DELETED: frozenset({Phase.AWAITING_APPROVAL, Phase.PROVISIONING}),
    Phase.FAILED: frozenset(
        {
            Phase.AWAITING_APPROVAL,
            Phase.PROVISIONING,
            Phase.UPDATING,
            Phase.WAKING,
            Phase.DELETING,
        }
    ),
    Phase.CANCELED: frozenset(
        {
            Phase.AWAITING_APPROVAL,
            Phase.PROVISIONING,
            Phase.UPDATING,
            Phase.WAKING,
            Phase.DELETING,
        }
    ),
}

AT_WORK = frozenset({Phase.PROVISIONING, Phase.WAKING, Phase.UPDATING, Phase.DELETING})
"""Phases in which an operation changes something in Azure."""

IN_MOTION = AT_WORK | {Phase.AWAITING_APPROVAL}
"""Phases that an operation owns: each ends when its operation does."""

AT_REST = frozenset({Phase.READY, Phase.SCALED_DOWN})
"""Phases of an environment that is as its specification, or its last scale-down, wants it."""

UNSUCCESSFUL = frozenset({Phase.FAILED, Phase.CANCELED})
"""Phases after an operation that did not reach its goal; a retry starts it again."""

GETS_NO_NODES = frozenset({Phase.SCALED_DOWN, Phase.DELETING, *UNSUCCESSFUL})
"""Phases in which an environment has no more GPU nodes than it has, until another operation."""


def can_move(current: Phase, target: Phase) -> bool:
    return target in TRANSITIONS[current]
