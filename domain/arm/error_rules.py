"""The rules that classify Azure's errors, by service and operation; the first match applies.

A rule of a service applies to that service's operations only: the same words mean something else
in another one's error. Its own errors come before what it quotes: AKS passes on errors of
Network and Compute. The rules for all services come last, and those that match any text of an
HTTP status at their end; only what Azure Resource Manager answers in front of the services comes
first.
"""

from domain.arm.aks_error_rules import AKS_RULES
from domain.arm.arm_error_rules import (
    AUTHORIZATION_RULES,
    CONFLICT_RULES,
    INVALID_RULES,
    NOT_FOUND_RULES,
    QUOTA_RULES,
    REFUSAL_RULES,
    REGISTRATION_RULES,
    ROLE_RULES,
)
from domain.arm.availability_error_rules import (
    OUTAGE_RULES,
    THROTTLED_ANSWER_RULES,
    THROTTLING_RULES,
)
from domain.arm.compute_error_rules import COMPUTE_CAPACITY_RULES, COMPUTE_QUOTA_RULES
from domain.arm.error_rule import ErrorRule
from domain.arm.front_door_error_rules import FRONT_DOOR_RULES
from domain.arm.network_error_rules import NETWORK_RULES

SERVICE_RULES: tuple[ErrorRule, ...] = (
    *ROLE_RULES,
    *AKS_RULES,
    *NETWORK_RULES,
    *COMPUTE_QUOTA_RULES,
    *COMPUTE_CAPACITY_RULES,
    *FRONT_DOOR_RULES,
)

RULES: tuple[ErrorRule, ...] = (
    *THROTTLED_ANSWER_RULES,
    *AUTHORIZATION_RULES,
    *SERVICE_RULES,
    *THROTTLING_RULES,
    *REGISTRATION_RULES,
    *CONFLICT_RULES,
    *REFUSAL_RULES,
    *QUOTA_RULES,
    *NOT_FOUND_RULES,
    *INVALID_RULES,
    *OUTAGE_RULES,
)
