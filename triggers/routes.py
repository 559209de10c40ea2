"""Every route of the API: parameters, responses and handlers."""

from typing import Any

from pydantic import RootModel

from domain.environment.operation_views import OperationView
from domain.requests.app_roles import AppRole
from domain.sweep.views import SweepAnswer, SweepRequest
from triggers.approval_routes import APPROVAL_ROUTES
from triggers.audit_routes import AUDIT_ROUTES
from triggers.cluster_routes import CLUSTER_ROUTES
from triggers.declarations import DeclaredAnswer, DeclaredBody, Route
from triggers.declared_answers import (
    BODY_CODES,
    BODY_TOO_LARGE,
    FORBIDDEN,
    NOT_JSON,
    QUERY_CODES,
    RETRY_AFTER,
    RETRY_WHILE_RUNNING,
    SWEEP_LOCATION,
    TASK_HUB_UNREACHABLE,
    decline,
    invalid,
)
from triggers.environment_routes import ENVIRONMENT_ROUTES
from triggers.http_operations import get_operation
from triggers.http_service import HealthAnswer, get_health, get_openapi
from triggers.http_sweeps import get_latest_sweep, post_sweep
from triggers.invocation_routes import INVOCATION_ROUTES
from triggers.log_routes import LOG_ROUTES
from triggers.metric_routes import METRIC_ROUTES
from triggers.model_routes import MODEL_ROUTES
from triggers.parameters import (
    AnyQueryParameters,
    HeaderParameters,
    LatestSweepQuery,
    QueryParameters,
)
from triggers.plan_routes import PLAN_ROUTES
from triggers.preset_routes import PRESET_ROUTES
from triggers.rollback_routes import ROLLBACK_ROUTES


class OpenApiDocument(RootModel[dict[str, Any]]):
    """An OpenAPI 3.1 document."""


OTHER_ROUTES: tuple[Route[Any, Any], ...] = (
    Route(
        method="GET",
        path="operations/{id}",
        operation_id="getOperation",
        summary="Follow an operation",
        description="200 even if the operation failed: the error is in the body. Operations stay "
        "readable for RETENTION_DAYS (30 by default) after they began, and the latest ten of an "
        "environment as long as it exists. "
        "Those ten include their steps.",
        handler=get_operation,
        role=AppRole.READ,
        query=QueryParameters,
        headers=HeaderParameters,
        answers=(
            DeclaredAnswer(200, "The operation.", (OperationView,), (RETRY_WHILE_RUNNING,)),
            invalid(*QUERY_CODES),
            FORBIDDEN,
            decline(404, "The operation does not exist.", "OperationNotFound"),
            TASK_HUB_UNREACHABLE,
        ),
    ),
    Route(
        method="POST",
        path="sweeps",
        operation_id="startSweep",
        summary="Run a sweep manually",
        description="The timer runs the same sweep. While a sweep is running, the request does "
        "not start another one, and the response is the same.",
        handler=post_sweep,
        role=AppRole.WRITE,
        query=QueryParameters,
        headers=HeaderParameters,
        body=DeclaredBody(SweepRequest, {"dryRun": True}, is_required=False),
        answers=(
            DeclaredAnswer(
                202, "A sweep is running.", (SweepAnswer,), (SWEEP_LOCATION, RETRY_AFTER)
            ),
            invalid(*QUERY_CODES, *BODY_CODES),
            FORBIDDEN,
            BODY_TOO_LARGE,
            NOT_JSON,
            TASK_HUB_UNREACHABLE,
        ),
    ),
    Route(
        method="GET",
        path="sweeps/latest",
        operation_id="getLatestSweep",
        summary="Read the decisions and results of the latest sweep",
        description="200 even if the sweep failed.",
        handler=get_latest_sweep,
        role=AppRole.READ,
        query=LatestSweepQuery,
        headers=HeaderParameters,
        answers=(
            DeclaredAnswer(200, "The latest sweep.", (SweepAnswer,)),
            invalid(*QUERY_CODES, "InvalidQueryParameter"),
            FORBIDDEN,
            decline(404, "No such sweep has run yet.", "SweepNotFound"),
            TASK_HUB_UNREACHABLE,
        ),
    ),
    Route(
        method="GET",
        path="healthz",
        operation_id="getHealth",
        summary="Check whether requests are accepted",
        description="Needs no token.",
        handler=get_health,
        role=None,
        query=AnyQueryParameters,
        headers=HeaderParameters,
        needs_policy=False,
        answers=(
            DeclaredAnswer(200, "Requests are accepted.", (HealthAnswer,)),
            TASK_HUB_UNREACHABLE,
        ),
    ),
    Route(
        method="GET",
        path="openapi.json",
        operation_id="getOpenApi",
        summary="Read the API's OpenAPI document",
        handler=get_openapi,
        role=AppRole.READ,
        query=AnyQueryParameters,
        headers=HeaderParameters,
        needs_policy=False,
        answers=(DeclaredAnswer(200, "The document.", (OpenApiDocument,)), FORBIDDEN),
    ),
)

ROUTES = (
    *PLAN_ROUTES,
    *PRESET_ROUTES,
    *MODEL_ROUTES,
    *ROLLBACK_ROUTES,
    *ENVIRONMENT_ROUTES,
    *APPROVAL_ROUTES,
    *LOG_ROUTES,
    *CLUSTER_ROUTES,
    *METRIC_ROUTES,
    *INVOCATION_ROUTES,
    *AUDIT_ROUTES,
    *OTHER_ROUTES,
)
