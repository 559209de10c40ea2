"""Declarations of routes, from which they are both served and documented."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import azure.functions as func
from pydantic import BaseModel

from domain.guard.billed_costs import BilledReader
from domain.guard.market import MarketReader
from domain.requests.app_roles import AppRole
from domain.serving.invocations.log_answer import LogReader
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
    read_logs: LogReader | None = None
    """None if no workspace is configured."""
    read_billed: BilledReader | None = None
    """None unless the app is set up to read Cost Management."""


@dataclass(frozen=True, slots=True)
class Call[Query: QueryParameters, Headers: HeaderParameters]:
    """One request, with its parameters decoded as the route declares them."""

    req: func.HttpRequest
    client: DurableClient
    query: Query
    headers: Headers
    deployment: Deployment
    caller_id: str | None
    """Object id of the caller, where built-in authentication protects the app."""

    @property
    def policy(self) -> SpecPolicy:
        return self.deployment.policy


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
    answers: tuple[DeclaredAnswer, ...]
