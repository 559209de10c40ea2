"""The route of an environment's figures over time: parameters, responses and handler."""

from typing import Any

from domain.environment.metric_views import EnvironmentMetrics
from domain.requests.app_roles import AppRole
from triggers.declarations import DeclaredAnswer, Route
from triggers.declared_answers import (
    FORBIDDEN,
    QUERY_CODES,
    TASK_HUB_UNREACHABLE,
    UNKNOWN_ENVIRONMENT,
    invalid,
)
from triggers.http_metrics import get_metrics
from triggers.parameters import HeaderParameters
from triggers.window_parameters import WindowQuery

METRIC_ROUTES: tuple[Route[Any, Any], ...] = (
    Route(
        method="GET",
        path="environments/{name}/metrics",
        operation_id="getMetrics",
        summary="Read an environment's requests, tokens, GPU nodes and cost over time",
        description="For charts, from what sweeps and operations have put on record; Azure is not "
        "asked. Points are of 5 minutes if the window begins at most a day ago, or else of an "
        "hour. Figures of traffic are kept for two weeks. Each is in the interval in which a "
        "sweep has seen it, every five minutes; what came while none could look, such as during "
        "an update, is in that of the next look. What is not known is absent, and `unrecorded` "
        "says why.",
        handler=get_metrics,
        role=AppRole.READ,
        query=WindowQuery,
        headers=HeaderParameters,
        answers=(
            DeclaredAnswer(200, "The figures.", (EnvironmentMetrics,)),
            invalid(*QUERY_CODES, "InvalidQueryParameter"),
            FORBIDDEN,
            UNKNOWN_ENVIRONMENT,
            TASK_HUB_UNREACHABLE,
        ),
    ),
)
