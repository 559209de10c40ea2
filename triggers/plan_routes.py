"""The routes of plans, offers, costs and advice: parameters, responses and handlers."""

from typing import Any

from domain.environment.cost_views import CostReport
from domain.guard.plan import Plan
from domain.guard.size_offers import SizeOffers
from domain.requests.app_roles import AppRole
from domain.spec.model import EnvironmentSpec
from domain.sweep.idle_advice import IdleAdvice
from triggers.declarations import DeclaredAnswer, DeclaredBody, Route
from triggers.declared_answers import (
    BODY_TOO_LARGE,
    FORBIDDEN,
    NOT_JSON,
    QUERY_CODES,
    SPEC_CODES,
    TASK_HUB_UNREACHABLE,
    UNKNOWN_ENVIRONMENT,
    invalid,
)
from triggers.environment_routes import EXAMPLE_SPEC
from triggers.http_costs import get_costs
from triggers.http_idle_advice import get_idle_advice
from triggers.http_plans import list_size_offers, post_plan
from triggers.parameters import CostsQuery, HeaderParameters, OffersQuery, QueryParameters

PLAN_ROUTES: tuple[Route[Any, Any], ...] = (
    Route(
        method="POST",
        path="plans",
        operation_id="makePlan",
        summary="See what a specification would do and cost, and whether it would be granted",
        description="Starts nothing. Checks sizes, zones and quota as Azure shows them, and tells "
        "list prices. `POST /environments` and `PUT /environments/{name}` make the same checks, "
        "and refuse what fails them; what cannot be read is a warning, and refuses nothing. "
        'Send `{"planId": ...}` to either to carry the plan out.',
        handler=post_plan,
        role=AppRole.READ,
        query=QueryParameters,
        headers=HeaderParameters,
        body=DeclaredBody(EnvironmentSpec, EXAMPLE_SPEC),
        answers=(
            DeclaredAnswer(200, "The plan, also if it would be refused.", (Plan,)),
            invalid(*QUERY_CODES, *SPEC_CODES),
            FORBIDDEN,
            BODY_TOO_LARGE,
            NOT_JSON,
            TASK_HUB_UNREACHABLE,
        ),
    ),
    Route(
        method="GET",
        path="offers",
        operation_id="listSizeOffers",
        summary="List the GPU sizes of a region with prices and what is left of the quota",
        description="Cheapest first; sizes that the subscription cannot have come last. Prices "
        "are list prices in USD, pay as you go. What could not be read is in `unread`.",
        handler=list_size_offers,
        role=AppRole.READ,
        query=OffersQuery,
        headers=HeaderParameters,
        answers=(
            DeclaredAnswer(200, "The sizes.", (SizeOffers,)),
            invalid(*QUERY_CODES, "InvalidQueryParameter", "RegionNotAllowed"),
            FORBIDDEN,
        ),
    ),
    Route(
        method="GET",
        path="costs",
        operation_id="getCosts",
        summary="Read what environments have cost, by day",
        description="List prices of GPU nodes as they were seen, and of what environments have "
        "besides, from their creation to their deletion. Days of GPU nodes are kept for two "
        "months. An environment that was deleted is included until its name is used again.",
        handler=get_costs,
        role=AppRole.READ,
        query=CostsQuery,
        headers=HeaderParameters,
        answers=(
            DeclaredAnswer(200, "The costs.", (CostReport,)),
            invalid(*QUERY_CODES, "InvalidQueryParameter"),
            FORBIDDEN,
            TASK_HUB_UNREACHABLE,
        ),
    ),
    Route(
        method="GET",
        path="environments/{name}/idle-advice",
        operation_id="getIdleAdvice",
        summary="See what other idle settings would have cost",
        description="Plays other values of `idle` through the use that sweeps have seen of the "
        "environment, of four weeks at most: hours of GPU nodes and their list price, cold "
        "starts, and requests that would have waited. The fifteen minutes of warning are part of "
        "each. Calls to a sleeping environment count once a wake follows.",
        handler=get_idle_advice,
        role=AppRole.READ,
        query=QueryParameters,
        headers=HeaderParameters,
        answers=(
            DeclaredAnswer(200, "The comparison.", (IdleAdvice,)),
            invalid(*QUERY_CODES),
            FORBIDDEN,
            UNKNOWN_ENVIRONMENT,
            TASK_HUB_UNREACHABLE,
        ),
    ),
)
