"""The routes of approvals: parameters, responses and handlers."""

from typing import Any

from domain.environment.approval_views import ApprovalPage
from domain.requests.app_roles import AppRole
from domain.requests.approvals import ApproveRequest, RejectRequest
from triggers.declarations import DeclaredAnswer, DeclaredBody, Route
from triggers.declared_answers import (
    ACCEPTED,
    BODY_CODES,
    BODY_TOO_LARGE,
    FORBIDDEN,
    FORBIDDEN_APPROVER,
    NOT_JSON,
    PLAN_CODES,
    PLAN_IS_STALE,
    QUERY_CODES,
    TASK_HUB_UNREACHABLE,
    UNKNOWN_ENVIRONMENT,
    conflict,
    invalid,
)
from triggers.http_approvals import approve, list_approvals, reject
from triggers.parameters import ApprovalsQuery, HeaderParameters, QueryParameters

APPROVAL_ROUTES: tuple[Route[Any, Any], ...] = (
    Route(
        method="GET",
        path="approvals",
        operation_id="listApprovals",
        summary="List what waits for approval",
        description="Operations that a second person has to approve, by name of the environment. "
        "A page may be shorter than `maxpagesize` and have a `nextLink`. A change may take a "
        "moment to reach the list.",
        handler=list_approvals,
        role=AppRole.READ,
        query=ApprovalsQuery,
        headers=HeaderParameters,
        answers=(
            DeclaredAnswer(200, "A page of operations.", (ApprovalPage,)),
            invalid(*QUERY_CODES, "InvalidQueryParameter"),
            FORBIDDEN,
            TASK_HUB_UNREACHABLE,
        ),
    ),
    Route(
        method="POST",
        path="environments/{name}/approve",
        operation_id="approveOperation",
        summary="Approve the operation that waits for it",
        description="By a user other than the requester. The checks of the plan are made again: "
        "what fails by now, or costs more than requested, is refused and waits on. The operation "
        "then carries out what was requested. Name `planDigest` to approve no other plan than "
        "the one that you have seen.",
        handler=approve,
        role=AppRole.APPROVE,
        query=QueryParameters,
        headers=HeaderParameters,
        body=DeclaredBody(
            ApproveRequest, {"planDigest": "0123456789abcdef" * 4}, is_required=False
        ),
        answers=(
            ACCEPTED,
            invalid(*QUERY_CODES, *BODY_CODES),
            FORBIDDEN_APPROVER,
            UNKNOWN_ENVIRONMENT,
            conflict(
                "Nothing waits for approval, or it cannot be carried out any more as requested.",
                "NothingAwaitsApproval",
                "SpecificationNotAllowed",
                "PriceAboveRequested",
                "ModelVersionDeleted",
                *PLAN_CODES,
            ),
            PLAN_IS_STALE,
            BODY_TOO_LARGE,
            NOT_JSON,
            TASK_HUB_UNREACHABLE,
        ),
    ),
    Route(
        method="POST",
        path="environments/{name}/reject",
        operation_id="rejectOperation",
        summary="Reject the operation that waits for approval",
        description="By a user other than the requester. The operation ends as Canceled with the "
        "reason, and nothing is built or changed.",
        handler=reject,
        role=AppRole.APPROVE,
        query=QueryParameters,
        headers=HeaderParameters,
        body=DeclaredBody(RejectRequest, {"reason": "Use the smaller size first."}),
        answers=(
            ACCEPTED,
            invalid(*QUERY_CODES, *BODY_CODES),
            FORBIDDEN_APPROVER,
            UNKNOWN_ENVIRONMENT,
            conflict("Nothing waits for approval.", "NothingAwaitsApproval"),
            BODY_TOO_LARGE,
            NOT_JSON,
            TASK_HUB_UNREACHABLE,
        ),
    ),
)
