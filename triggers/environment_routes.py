"""The routes of environments: parameters, responses and handlers."""

from typing import Any

from domain.environment.views import EnvironmentPage, EnvironmentView, EventList
from domain.requests.app_roles import AppRole
from domain.spec.model import EnvironmentSpec
from triggers.declarations import DeclaredAnswer, DeclaredBody, Route
from triggers.declared_answers import (
    ACCEPTED,
    BODY_TOO_LARGE,
    ETAG,
    FORBIDDEN,
    FORBIDDEN_COST_CENTER,
    NOT_JSON,
    PLAN_CODES,
    PRECONDITION_FAILED,
    PRECONDITION_FAILED_OR_STALE,
    QUERY_CODES,
    SPEC_CODES,
    START_CODES,
    TASK_HUB_UNREACHABLE,
    UNKNOWN_ENVIRONMENT,
    UNKNOWN_PLAN,
    conflict,
    decline,
    invalid,
)
from triggers.http_actions import (
    request_cancel,
    request_repair,
    request_retry,
    request_scale_down,
    request_wake,
)
from triggers.http_environments import (
    get_environment,
    list_environments,
    list_events,
    request_creation,
    request_deletion,
    request_update,
)
from triggers.parameters import (
    DeletionQuery,
    HeaderParameters,
    ListQuery,
    QueryParameters,
    ReadHeaders,
    StartHeaders,
)
from triggers.spec_bodies import PlanReference

EXAMPLE_SPEC = {
    "name": "fraud-llm",
    "costCenter": "ML-1234",
    "owner": "fraud-team@example.com",
    "regions": ["westeurope"],
    "gpu": {"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": 5},
    "workload": {
        "image": "registry.example.com/llm:1.4.2",
        "model": {"name": "fraud-llm", "version": "7"},
    },
}

ACTION_ANSWERS = (
    ACCEPTED,
    invalid(*START_CODES),
    FORBIDDEN,
    UNKNOWN_ENVIRONMENT,
    conflict(
        "The environment's phase does not allow it, the budget does not hold it, or Azure would "
        "not grant the nodes that it asks for.",
        "WrongPhase",
        "RequesterUnknown",
        *PLAN_CODES,
    ),
    PRECONDITION_FAILED,
    TASK_HUB_UNREACHABLE,
)
"""Of a POST without a body that starts an operation on an environment."""

CANCEL_ANSWERS = (
    ACCEPTED,
    invalid(*START_CODES),
    FORBIDDEN,
    UNKNOWN_ENVIRONMENT,
    conflict("No operation is running.", "NoOperationRunning"),
    PRECONDITION_FAILED,
    TASK_HUB_UNREACHABLE,
)

ENVIRONMENT_ROUTES: tuple[Route[Any, Any], ...] = (
    Route(
        method="POST",
        path="environments",
        operation_id="createEnvironment",
        summary="Create an environment",
        description="Builds the clusters, their GPU pools, the workload and the edge. Repeating "
        "the request with the same body returns the same operation; after a failure it starts "
        "another, unless it has the same Repeatability-Request-ID.",
        handler=request_creation,
        role=AppRole.WRITE,
        query=QueryParameters,
        headers=StartHeaders,
        body=DeclaredBody(EnvironmentSpec, EXAMPLE_SPEC, alternative=PlanReference),
        answers=(
            ACCEPTED,
            invalid(*START_CODES, *SPEC_CODES),
            FORBIDDEN_COST_CENTER,
            UNKNOWN_PLAN,
            conflict(
                "The name is taken, or Azure would not grant what is asked for.",
                "EnvironmentExists",
                "EnvironmentIsBeingDeleted",
                "ModelVersionDeleted",
                "RequesterUnknown",
                *PLAN_CODES,
            ),
            PRECONDITION_FAILED_OR_STALE,
            BODY_TOO_LARGE,
            NOT_JSON,
            TASK_HUB_UNREACHABLE,
        ),
    ),
    Route(
        method="GET",
        path="environments",
        operation_id="listEnvironments",
        summary="List environments",
        description="All environments that are not deleted, sorted by name. Follow `nextLink` "
        "until it is absent: a page may be shorter than `maxpagesize`, even empty, and have one. "
        "A change may take a moment to reach the list; `GET /environments/{name}` shows it at "
        "once.",
        handler=list_environments,
        role=AppRole.READ,
        query=ListQuery,
        headers=HeaderParameters,
        answers=(
            DeclaredAnswer(200, "A page of environments.", (EnvironmentPage,)),
            invalid(*QUERY_CODES, "InvalidQueryParameter"),
            FORBIDDEN,
            TASK_HUB_UNREACHABLE,
        ),
    ),
    Route(
        method="GET",
        path="environments/{name}",
        operation_id="getEnvironment",
        summary="Read an environment",
        description="Returns an environment as soon as its creation was accepted with 202.",
        handler=get_environment,
        role=AppRole.READ,
        query=QueryParameters,
        headers=ReadHeaders,
        answers=(
            DeclaredAnswer(200, "The environment.", (EnvironmentView,), (ETAG,)),
            DeclaredAnswer(304, "The ETag in If-None-Match is still current.", headers=(ETAG,)),
            invalid(*QUERY_CODES),
            FORBIDDEN,
            UNKNOWN_ENVIRONMENT,
            TASK_HUB_UNREACHABLE,
        ),
    ),
    Route(
        method="PUT",
        path="environments/{name}",
        operation_id="replaceEnvironment",
        summary="Replace an environment's specification",
        description="Changes the existing resources in place; `regions` and `edge.sku` cannot be "
        "changed. The environment must be Ready, or its latest operation must have ended without "
        "success: then `gpu.vmSize`, `gpu.spot` and `gpu.zones` may change too, and the GPU pool "
        "is replaced. Alternatives under `placement` that cells use have to stay. "
        "The specification on record repairs an environment that is Degraded or Unreachable.",
        handler=request_update,
        role=AppRole.WRITE,
        query=QueryParameters,
        headers=StartHeaders,
        body=DeclaredBody(EnvironmentSpec, EXAMPLE_SPEC, alternative=PlanReference),
        answers=(
            ACCEPTED,
            invalid(*START_CODES, *SPEC_CODES, "NameMismatch"),
            FORBIDDEN_COST_CENTER,
            decline(
                404,
                "The environment or the plan does not exist.",
                "EnvironmentNotFound",
                "PlanNotFound",
            ),
            conflict(
                "The specification cannot be applied to this environment, or not at present, or "
                "Azure would not grant what it asks for.",
                "FieldCannotBeChanged",
                "FieldNeedsReplace",
                "ModelVersionDeleted",
                "WrongPhase",
                "RequesterUnknown",
                *PLAN_CODES,
            ),
            PRECONDITION_FAILED_OR_STALE,
            BODY_TOO_LARGE,
            NOT_JSON,
            TASK_HUB_UNREACHABLE,
        ),
    ),
    Route(
        method="DELETE",
        path="environments/{name}",
        operation_id="deleteEnvironment",
        summary="Delete an environment",
        description="Cancels the running operation and removes everything that was built. During "
        "a deletion, further requests return the running deletion unless `force` is set.",
        handler=request_deletion,
        role=AppRole.WRITE,
        query=DeletionQuery,
        headers=StartHeaders,
        answers=(
            ACCEPTED,
            DeclaredAnswer(204, "The environment does not exist."),
            invalid(*START_CODES, "InvalidQueryParameter"),
            FORBIDDEN,
            conflict("The Repeatability-Request-ID was reused, or concurrent requests won."),
            PRECONDITION_FAILED,
            TASK_HUB_UNREACHABLE,
        ),
    ),
    Route(
        method="GET",
        path="environments/{name}/events",
        operation_id="listEvents",
        summary="Read an environment's timeline",
        description="The timeline outlives its environment until the name is reused.",
        handler=list_events,
        role=AppRole.READ,
        query=QueryParameters,
        headers=HeaderParameters,
        answers=(
            DeclaredAnswer(200, "The timeline.", (EventList,)),
            invalid(*QUERY_CODES),
            FORBIDDEN,
            UNKNOWN_ENVIRONMENT,
            TASK_HUB_UNREACHABLE,
        ),
    ),
    Route(
        method="POST",
        path="environments/{name}/wake",
        operation_id="wakeEnvironment",
        summary="Wake an environment",
        description="Restores the settings that the GPU pools had before they were scaled to "
        "zero. The environment must be ScaledDown, or Failed or Canceled after a scale-down or "
        "wake.",
        handler=request_wake,
        role=AppRole.WRITE,
        query=QueryParameters,
        headers=StartHeaders,
        answers=ACTION_ANSWERS,
    ),
    Route(
        method="POST",
        path="environments/{name}/scale-down",
        operation_id="scaleDownEnvironment",
        summary="Scale an environment's GPU pools to zero",
        description="The endpoint then returns 503 and explains how to wake the environment. The "
        "environment must be Ready, or Failed or Canceled after a scale-down, wake, update or "
        "repair.",
        handler=request_scale_down,
        role=AppRole.WRITE,
        query=QueryParameters,
        headers=StartHeaders,
        answers=ACTION_ANSWERS,
    ),
    Route(
        method="POST",
        path="environments/{name}/repair",
        operation_id="repairEnvironment",
        summary="Bring an environment back to its specification",
        description="Builds whatever is missing or differs in Azure, GPU pools included, and "
        "starts a cluster that is stopped. Repairing a ScaledDown environment wakes it; one that "
        "was never built completely is provisioned. No operation may be running.",
        handler=request_repair,
        role=AppRole.WRITE,
        query=QueryParameters,
        headers=StartHeaders,
        answers=ACTION_ANSWERS,
    ),
    Route(
        method="POST",
        path="environments/{name}/retry",
        operation_id="retryEnvironment",
        summary="Retry the operation that failed",
        description="Starts the latest operation again, with the environment's specification. "
        "Resources that exist are adopted. The latest operation must have ended without "
        "success.",
        handler=request_retry,
        role=AppRole.WRITE,
        query=QueryParameters,
        headers=StartHeaders,
        answers=ACTION_ANSWERS,
    ),
    Route(
        method="POST",
        path="environments/{name}/cancel",
        operation_id="cancelOperation",
        summary="Cancel the operation that is running",
        description="The operation ends after the same compensation as after a failure: GPU "
        "pools that do not serve are scaled to zero. Poll the operation that the response names "
        "until it is Canceled; then retry it, replace the specification or delete the "
        "environment.",
        handler=request_cancel,
        role=AppRole.WRITE,
        query=QueryParameters,
        headers=StartHeaders,
        answers=CANCEL_ANSWERS,
    ),
)
