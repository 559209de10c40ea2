"""Rights in a namespace: keys that have some of them, and roles that bring some."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from emulators.azure.control.input import BadInput, Fields, required
from emulators.azure.service_bus.paths import is_part_of


class Right(StrEnum):
    LISTEN = "Listen"
    SEND = "Send"
    MANAGE = "Manage"


Rights = frozenset[Right]
EVERY_RIGHT: Rights = frozenset(Right)


class Role(StrEnum):
    """The roles of Azure that bring rights to messages."""

    OWNER = "Azure Service Bus Data Owner"
    RECEIVER = "Azure Service Bus Data Receiver"
    SENDER = "Azure Service Bus Data Sender"


_BROUGHT: dict[Role, Rights] = {
    Role.OWNER: EVERY_RIGHT,
    Role.RECEIVER: frozenset({Right.LISTEN}),
    Role.SENDER: frozenset({Right.SEND}),
}


@dataclass(frozen=True, slots=True)
class AuthorizationRule:
    """A shared access policy with its one key."""

    name: str
    rights: Rights
    key: str = field(repr=False)

    def wire(self) -> dict[str, Any]:
        rights = [each for each in Right if each in self.rights]
        return {"name": self.name, "rights": rights, "primaryKey": self.key}


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    """`entity` is a queue, a topic or `topic/Subscriptions/name`; None is the namespace."""

    principal_id: str
    role: Role
    entity: str | None = None

    def rights_at(self, principal_id: str, entity: str) -> Rights:
        """What it brings to a principal at a lower-case path without $management and the like."""
        scope = None if self.entity is None else self.entity.lower()
        applies = scope is None or is_part_of(scope, entity)
        is_his = self.principal_id.lower() == principal_id.lower()
        return _BROUGHT[self.role] if applies and is_his else frozenset()

    def wire(self) -> dict[str, Any]:
        return {"principalId": self.principal_id, "role": self.role, "entity": self.entity}


def read_rules(bodies: Iterable[object]) -> tuple[AuthorizationRule, ...]:
    """Policies from JSON; one without `primaryKey` gets a key. Raises BadInput."""
    return tuple(_rule(Fields(each, "an authorization rule")) for each in bodies)


def read_assignments(bodies: Iterable[object]) -> tuple[RoleAssignment, ...]:
    """Role assignments from JSON; raises BadInput."""
    return tuple(_assignment(Fields(each, "a role assignment")) for each in bodies)


def _rule(fields: Fields) -> AuthorizationRule:
    name = required(fields.text("name"), "name")
    texts = fields.texts("rights")
    if not texts or any(each not in list(Right) for each in texts):
        raise BadInput(f"rights must be some of {', '.join(Right)}.")
    rights = frozenset(map(Right, texts))
    if Right.MANAGE in rights and rights != EVERY_RIGHT:
        raise BadInput("rights with Manage must have Listen and Send, too.")
    key = fields.text("primaryKey") or secrets.token_urlsafe(32)
    fields.finish()
    return AuthorizationRule(name, rights, key)


def _assignment(fields: Fields) -> RoleAssignment:
    principal_id = required(fields.text("principalId"), "principalId")
    role = fields.text("role")
    if role not in list(Role):
        raise BadInput(f"role must be one of {', '.join(Role)}.")
    entity = fields.text("entity")
    fields.finish()
    return RoleAssignment(principal_id, Role(role), entity)
