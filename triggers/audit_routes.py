"""The route of the audit: parameters, responses and handler."""

from typing import Any

from domain.audit.record import AuditPage
from domain.requests.app_roles import AppRole
from triggers.audit_parameters import AuditListQuery
from triggers.declarations import DeclaredAnswer, Route
from triggers.declared_answers import FORBIDDEN, QUERY_CODES, TASK_HUB_UNREACHABLE, invalid
from triggers.http_audit import list_audit
from triggers.parameters import HeaderParameters

AUDIT_ROUTES: tuple[Route[Any, Any], ...] = (
    Route(
        method="GET",
        path="audit",
        operation_id="listAudit",
        summary="Read who has asked for which change, and what was decided",
        description="Every request and message that changes something, refused ones included, "
        "and what Gridplane does by itself, newest first, for AUDIT_RETENTION_DAYS (365 by "
        "default). Of contents it has a hash only. Records of environments in cost centers that "
        "the caller does not see are left out, and so are those about no environment for callers "
        "who do not see all. Follow `nextLink` until it is absent.",
        handler=list_audit,
        role=AppRole.READ_AUDIT,
        query=AuditListQuery,
        headers=HeaderParameters,
        answers=(
            DeclaredAnswer(200, "A page of records.", (AuditPage,)),
            invalid(*QUERY_CODES, "InvalidQueryParameter"),
            FORBIDDEN,
            TASK_HUB_UNREACHABLE,
        ),
    ),
)
