"""The routes of an environment's versions: parameters, responses and handlers."""

from typing import Any

from domain.environment.version_views import EnvironmentVersionList, RollbackRequest
from domain.requests.app_roles import AppRole
from triggers.declarations import DeclaredAnswer, DeclaredBody, Route
from triggers.declared_answers import (
    ACCEPTED,
    BODY_CODES,
    BODY_TOO_LARGE,
    FORBIDDEN,
    NOT_JSON,
    PLAN_CODES,
    PRECONDITION_FAILED,
    QUERY_CODES,
    START_CODES,
    TASK_HUB_UNREACHABLE,
    UNKNOWN_ENVIRONMENT,
    conflict,
    invalid,
)
from triggers.http_actions import request_rollback
from triggers.http_environments import list_versions
from triggers.parameters import HeaderParameters, QueryParameters, StartHeaders

ROLLBACK_ROUTES: tuple[Route[Any, Any], ...] = (
    Route(
        method="GET",
        path="environments/{name}/versions",
        operation_id="listEnvironmentVersions",
        summary="Read what an environment has run",
        description="The workloads of its latest specifications, the latest first: at most ten, "
        "and fewer where variables and arguments are large.",
        handler=list_versions,
        role=AppRole.READ,
        query=QueryParameters,
        headers=HeaderParameters,
        answers=(
            DeclaredAnswer(200, "The versions.", (EnvironmentVersionList,)),
            invalid(*QUERY_CODES),
            FORBIDDEN,
            UNKNOWN_ENVIRONMENT,
            TASK_HUB_UNREACHABLE,
        ),
    ),
    Route(
        method="POST",
        path="environments/{name}/rollback",
        operation_id="rollBackEnvironment",
        summary="Go back to an earlier version",
        description="Updates the environment to the workload of a version that was built "
        "successfully, with the digest that its image had then. What else is specified stays. The "
        "environment must be Ready, or its latest operation must have ended without success. As "
        "with any update, `update.strategy` says how its replicas are replaced. While an update "
        "has two versions side by side, to go back to the one that served is to cancel it.",
        handler=request_rollback,
        role=AppRole.WRITE,
        query=QueryParameters,
        headers=StartHeaders,
        body=DeclaredBody(
            RollbackRequest, {"toVersion": 4, "reason": "5 answers nonsense."}, is_required=False
        ),
        answers=(
            ACCEPTED,
            invalid(*START_CODES, *BODY_CODES, "UnknownField", "InvalidValue"),
            FORBIDDEN,
            UNKNOWN_ENVIRONMENT,
            conflict(
                "There is no such version, or it cannot run at present.",
                "VersionNotFound",
                "VersionNotAllowed",
                "ModelVersionDeleted",
                "FieldNeedsReplace",
                "WrongPhase",
                *PLAN_CODES,
            ),
            PRECONDITION_FAILED,
            BODY_TOO_LARGE,
            NOT_JSON,
            TASK_HUB_UNREACHABLE,
        ),
    ),
)
