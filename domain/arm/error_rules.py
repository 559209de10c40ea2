"""The rules that classify Azure's errors, ordered by service; the first match applies.

A service's own errors come before what it quotes: AKS passes on errors of Kubernetes, Compute
and Network, whose codes would match the general rules. Rules that match any text of an HTTP
status come last within Azure Resource Manager's, except 429: it is always throttling.
"""

from domain.arm.aks_error_rules import AKS_RULES
from domain.arm.arm_error_rules import (
    CONFLICT_RULES,
    NOT_FOUND_RULES,
    OUTAGE_RULES,
    REFUSAL_RULES,
    REGISTRATION_RULES,
    THROTTLING_RULES,
)
from domain.arm.compute_error_rules import (
    COMPUTE_CAPACITY_RULES,
    COMPUTE_QUOTA_RULES,
    GENERAL_QUOTA_RULES,
)
from domain.arm.error_rule import ErrorRule
from domain.arm.front_door_error_rules import FRONT_DOOR_RULES
from domain.arm.network_error_rules import NETWORK_RULES

_ANY_THROTTLED_REQUEST, *_QUOTED_THROTTLING = THROTTLING_RULES

RULES: tuple[ErrorRule, ...] = (
    _ANY_THROTTLED_REQUEST,
    *AKS_RULES,
    *_QUOTED_THROTTLING,
    *REGISTRATION_RULES,
    *NETWORK_RULES,
    *COMPUTE_QUOTA_RULES,
    *FRONT_DOOR_RULES,
    *GENERAL_QUOTA_RULES,
    *COMPUTE_CAPACITY_RULES,
    *CONFLICT_RULES,
    *REFUSAL_RULES,
    *NOT_FOUND_RULES,
    *OUTAGE_RULES,
)
