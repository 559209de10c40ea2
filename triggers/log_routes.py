"""The route of the model's log: parameters, responses and handler."""

from typing import Any

from domain.requests.app_roles import AppRole
from domain.serving.pod_logs import LOG_POLL_SECONDS, LogRefusalCode, PodLogPage
from triggers.declarations import DeclaredAnswer, Route
from triggers.declared_answers import (
    FORBIDDEN,
    QUERY_CODES,
    RETRY_AFTER,
    UNKNOWN_ENVIRONMENT,
    decline,
    invalid,
)
from triggers.http_logs import read_pod_log
from triggers.log_parameters import LogQuery
from triggers.parameters import HeaderParameters

LOG_ROUTES: tuple[Route[Any, Any], ...] = (
    Route(
        method="GET",
        path="environments/{name}/logs",
        operation_id="readLog",
        summary="Read the log of an environment's model",
        description="Of one pod of one region, oldest line first: the last lines, or with "
        "`nextLink` what follows them. To follow a log, request `nextLink` every "
        f"{LOG_POLL_SECONDS} s. Models may log what callers send them, so reading takes the role "
        "that may change the environment.",
        handler=read_pod_log,
        role=AppRole.WRITE,
        query=LogQuery,
        headers=HeaderParameters,
        answers=(
            DeclaredAnswer(200, "Lines of the log.", (PodLogPage,), (RETRY_AFTER,)),
            invalid(*QUERY_CODES, "InvalidQueryParameter"),
            FORBIDDEN,
            decline(
                404,
                "The environment does not exist, or no such pod of it.",
                *UNKNOWN_ENVIRONMENT.codes,
                LogRefusalCode.POD_NOT_FOUND,
            ),
            decline(409, "There is no log yet.", LogRefusalCode.LOG_NOT_AVAILABLE),
            decline(
                503,
                "The cluster or the task hub does not answer.",
                LogRefusalCode.CLUSTER_UNREACHABLE,
                "TaskHubUnreachable",
                headers=(RETRY_AFTER,),
            ),
        ),
    ),
)
