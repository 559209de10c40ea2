"""Which cost centers a caller sees and changes; others do not exist for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.problem import Problem
from domain.requests.principal import Principal
from domain.spec.cost_centers import is_among_centers

COST_CENTER_NOT_ALLOWED = "CostCenterNotAllowed"
GROUPS_UNKNOWN = "GroupsUnknown"


@dataclass(frozen=True, slots=True)
class CallerScope:
    """The cost centers of a caller; None: all of them."""

    cost_centers: frozenset[str] | None = None

    def admits(self, cost_center: str | None) -> bool:
        """None: of what belongs to no cost center, which only those see who see everything."""
        return self.cost_centers is None or is_among_centers(cost_center, self.cost_centers)


EVERYTHING = CallerScope()


@dataclass(frozen=True, slots=True)
class AccessRules:
    """What the policy says about cost centers, by their names."""

    groups: Mapping[str, frozenset[str]]
    """Object ids of the Entra groups that see a cost center. None at all: everyone sees all."""
    senders: Mapping[str, frozenset[str]]
    """What `source` of its messages may be, `*` at the end for any ending. None at all: anything.
    """


OPEN = AccessRules(groups={}, senders={})
"""Without a policy."""


def find_scope(principal: Principal | None, rules: AccessRules) -> CallerScope | Problem:
    """`principal`: None without authentication. The problem of a caller whose groups are unknown:
    to take it for one in no group would tell it that its own environments do not exist."""
    if principal is None or principal.is_admin or not any(rules.groups.values()):
        return EVERYTHING
    if principal.groups is None:
        return Problem(
            GROUPS_UNKNOWN,
            "You are a member of more groups than a token holds, so it names none. An "
            "administrator can limit the groups claim of the API's registration in Entra ID to "
            "groups that are assigned to the application (ApplicationGroup).",
            "",
        )
    member = principal.groups
    return CallerScope(frozenset(name for name, groups in rules.groups.items() if groups & member))


def find_sender_scope(source: str, rules: AccessRules) -> CallerScope:
    """Of the sender of a message."""
    if not any(rules.senders.values()):
        return EVERYTHING
    return CallerScope(
        frozenset(
            name
            for name, senders in rules.senders.items()
            if any(_matches(source, each) for each in senders)
        )
    )


def find_foreign_cost_center(cost_center: str, scope: CallerScope) -> Problem | None:
    """The problem of a specification for a cost center that is not the caller's."""
    if scope.admits(cost_center):
        return None
    own = ", ".join(sorted(scope.cost_centers or ())) or "none"
    message = f"Cost center '{cost_center}' is not yours. Use one of yours: {own}."
    return Problem(COST_CENTER_NOT_ALLOWED, message, "costCenter")


def _matches(source: str, pattern: str) -> bool:
    prefix = pattern.removesuffix("*")
    return source.startswith(prefix) if pattern != prefix else source == pattern
