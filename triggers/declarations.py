"""Declarations of routes, from which they are both served and documented."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import azure.functions as func
from pydantic import BaseModel

from domain.environment.call_stamp import CallStamp
from domain.guard.billed_costs import BilledReader
from domain.guard.market import MarketReader
from domain.guard.policy.in_force import PolicyReader, narrow, read_no_policy
from domain.guard.policy.model import Policy
from domain.requests.app_roles import AppRole
from domain.requests.principal import Principal
from domain.requests.scopes import CallerScope
from domain.serving.cluster_access import ClusterAccessReader
from domain.serving.invocations.log_answer import LogReader
from domain.serving.pod_logs import PodLogReader
from domain.spec.policy import SpecPolicy
from domain.wire import WireModel
from triggers.parameters import HeaderParameters, QueryParameters
from triggers.task_hub import DurableClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What the app's settings and clients give to handlers."""

    policy: SpecPolicy
    requires_app_roles: bool
    """Whether built-in authentication passes on the caller's app roles."""
    build_commit: str | None
    """Commit that the app was built from; None if unknown."""
    read_market: MarketReader
    read_policy: PolicyReader = read_no_policy
    read_pod_log: PodLogReader
    read_clusters: ClusterAccessReader
    read_logs: LogReader | None = None
    """None if no workspace is configured."""
    read_billed: BilledReader | None = None
    """None unless the app is set up to read Cost Management."""
    developer: Principal | None = None
    """Who sends all requests, where no authentication protects the app; None: not known."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A caller who has the app role of the route."""

    principal: Principal | None
    """None where the app is used without authentication."""
    scope: CallerScope
    """What of all environments exists for the caller."""
    stamp: CallStamp | None = None
    """Of a request that changes something, for the audit."""
    policy_file: Policy = field(default_factory=Policy)
    """As it is in force."""


@dataclass(frozen=True, slots=True)
class Call[Query: QueryParameters, Headers: HeaderParameters]:
    """One request, with its parameters decoded as the route declares them."""

    req: func.HttpRequest
    client: DurableClient
    query: Query
    headers: Headers
    deployment: Deployment
    admitted: Admitted

    @property
    def principal(self) -> Principal | None:
        return self.admitted.principal

    @property
    def caller_id(self) -> str | None:
        """Object id in Entra ID."""
        return self.principal and self.principal.object_id

    @property
    def scope(self) -> CallerScope:
        return self.admitted.scope

    @property
    def stamp(self) -> CallStamp | None:
        return self.admitted.stamp

    @property
    def policy_file(self) -> Policy:
        return self.admitted.policy_file

    @property
    def policy(self) -> SpecPolicy:
        """Of settings and policy file."""
        return narrow(self.deployment.policy, self.policy_file)


@dataclass(frozen=True, slots=True)
class AnswerHeader:
    """A response header."""

    name: str
    description: str
    schema: dict[str, Any]
    is_required: bool = True
    """Whether every such response has it."""


@dataclass(frozen=True, slots=True)
class DeclaredAnswer:
    """A response that a route can return."""

    status: int
    description: str
    bodies: tuple[type[BaseModel], ...] = ()
    """Alternative models of the body; empty if there is no body."""
    headers: tuple[AnswerHeader, ...] = ()
    codes: tuple[str, ...] = ()
    """Possible values of `error.code`."""


@dataclass(frozen=True, slots=True)
class DeclaredBody:
    """The JSON body of a request."""

    model: type[WireModel]
    example: Mapping[str, Any]
    alternative: type[WireModel] | None = None
    """Another model that is accepted as well."""
    is_required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Route[Query: QueryParameters, Headers: HeaderParameters]:
    """One method of one path."""

    method: str
    path: str
    """Without a leading slash, as the Functions host expects it."""
    operation_id: str
    summary: str
    description: str = ""
    handler: Callable[[Call[Query, Headers]], Awaitable[func.HttpResponse]]
    role: AppRole | None
    """App role that a caller needs; None if the route needs no token."""
    query: type[Query]
    headers: type[Headers]
    body: DeclaredBody | None = None
    needs_policy: bool = True
    """Whether it is refused while no policy file could be read."""
    answers: tuple[DeclaredAnswer, ...]
