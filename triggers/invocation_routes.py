"""The route of invocations: parameters, responses and handler."""

from typing import Any

from domain.requests.app_roles import AppRole
from domain.serving.invocations.model import InvocationPage
from triggers.declarations import DeclaredAnswer, Route
from triggers.declared_answers import (
    FORBIDDEN,
    QUERY_CODES,
    RETRY_AFTER,
    UNKNOWN_ENVIRONMENT,
    decline,
    invalid,
)
from triggers.http_invocations import list_invocations
from triggers.invocation_parameters import InvocationListQuery
from triggers.parameters import HeaderParameters

INVOCATION_ROUTES: tuple[Route[Any, Any], ...] = (
    Route(
        method="GET",
        path="environments/{name}/invocations",
        operation_id="listInvocations",
        summary="Read who invoked an environment's model",
        description="The audit of the environment's gateways, newest first, as Log Analytics has "
        "it: lines take some minutes to arrive there, and `mayLackSince` says from when on some "
        "may be missing. Follow `nextLink` until it is absent. Invocations outlive their "
        "environment as long as its record is known, but never the retention of their table. "
        "Those of an earlier environment with the same name are included.",
        handler=list_invocations,
        role=AppRole.READ_AUDIT,
        query=InvocationListQuery,
        headers=HeaderParameters,
        answers=(
            DeclaredAnswer(200, "A page of invocations.", (InvocationPage,)),
            invalid(*QUERY_CODES, "InvalidQueryParameter"),
            FORBIDDEN,
            UNKNOWN_ENVIRONMENT,
            decline(
                501,
                "The app does not know the workspace of the audit.",
                "LogWorkspaceNotConfigured",
            ),
            decline(502, "Log Analytics refuses the query.", "LogWorkspaceRefused"),
            decline(
                503,
                "Log Analytics or the task hub does not answer.",
                "LogWorkspaceUnavailable",
                "TaskHubUnreachable",
                headers=(RETRY_AFTER,),
            ),
        ),
    ),
)
