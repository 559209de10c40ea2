"""Groups and senders of cost centers, as the policy file has them."""

from domain.guard.policy.model import Policy
from domain.requests.scopes import AccessRules


def read_access_rules(policy: Policy) -> AccessRules:
    centers = policy.cost_centers
    return AccessRules(
        groups={name: each.groups for name, each in centers.items()},
        senders={name: frozenset(each.senders) for name, each in centers.items()},
    )
