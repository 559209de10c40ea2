"""`/approvals`, and `approve` and `reject` of an environment's waiting operation."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import azure.functions as func
from pydantic import ValidationError

from domain.directory.selection import Selection
from domain.environment.approval import ApprovalDecision, ApprovalState
from domain.environment.approval_views import ApprovalPage, build_approval_view
from domain.environment.operation import Operation
from domain.problem import Problem
from domain.requests.approvals import ApproveRequest, RejectRequest, decide_answer
from domain.requests.decision import NotFound, Refused
from triggers.approving import find_obstacle
from triggers.auditing import audit_acceptance
from triggers.bodies import decode_json
from triggers.declarations import Call
from triggers.directory import find_environments
from triggers.errors import json_response, problems_response
from triggers.http_answers import accept, refuse, unknown_environment
from triggers.parameters import ApprovalsQuery, HeaderParameters, QueryParameters
from triggers.starting import Accepted
from triggers.task_hub import answer_approval
from triggers.visible import read_visible


async def list_approvals(call: Call[ApprovalsQuery, HeaderParameters]) -> func.HttpResponse:
    query = call.query
    wanted = Selection(
        after=query.after,
        size=query.page_size,
        cost_centers=call.scope.cost_centers,
        awaits_approval=True,
    )
    page, selected = await (await find_environments(call.client)).read(wanted)
    next_link = None
    if selected.next_after:
        parameters = {**call.req.params, "skiptoken": selected.next_after}
        next_link = f"/approvals?{urlencode(parameters)}"
    views = (build_approval_view(record.waiting) for record in page if record.waiting)
    value = tuple(view for view in views if view)
    return json_response(ApprovalPage(value=value, next_link=next_link))


async def approve(call: Call[QueryParameters, HeaderParameters]) -> func.HttpResponse:
    body = _read(call, ApproveRequest, 'Send {"planDigest": "..."}, or no body.', "planDigest")
    if isinstance(body, Problem):
        return problems_response([body])
    return await _answer(call, ApprovalState.APPROVED, plan_digest=body.plan_digest)


async def reject(call: Call[QueryParameters, HeaderParameters]) -> func.HttpResponse:
    fix = 'Send {"reason": "..."} with at most 500 characters.'
    body = _read(call, RejectRequest, fix, "reason")
    if isinstance(body, Problem):
        return problems_response([body])
    return await _answer(call, ApprovalState.REJECTED, reason=body.reason)


def _read[Body: (ApproveRequest, RejectRequest)](
    call: Call[QueryParameters, HeaderParameters], model: type[Body], fix: str, field: str
) -> Body | Problem:
    body = decode_json(call.req.get_body() or b"{}")
    if isinstance(body, Problem):
        return body
    try:
        return model.model_validate(body, by_alias=True, by_name=False)
    except ValidationError:
        return Problem("InvalidBody", fix, field)


async def _answer(
    call: Call[QueryParameters, HeaderParameters],
    state: ApprovalState,
    *,
    plan_digest: str | None = None,
    reason: str | None = None,
) -> func.HttpResponse:
    """202 once the answer is on its way; the operation shows what it came to."""
    name = call.req.route_params["name"]
    record = await read_visible(call, name)
    found = decide_answer(record, call.principal, plan_digest)
    if isinstance(found, Operation) and state is ApprovalState.APPROVED:
        found = await find_obstacle(call, record, found) or found
    match found:
        case NotFound():
            return unknown_environment(name)
        case Refused() as refusal:
            return refuse(_name_path(refusal, name))
        case Operation() as waiting:
            await _send(call, waiting, state, reason)
            return accept(name, Accepted(waiting.id, waiting))


def _name_path(refusal: Refused, name: str) -> Refused:
    return replace(refusal, message=refusal.message.replace("{name}", name))


async def _send(
    call: Call[QueryParameters, HeaderParameters],
    waiting: Operation,
    state: ApprovalState,
    reason: str | None,
) -> None:
    """The record of the audit first: the event changes what no other record would tell."""
    await audit_acceptance(call.client, call.stamp, waiting.environment, waiting.id)
    decision = ApprovalDecision(
        operation_id=waiting.id,
        state=state,
        at=datetime.now(UTC),
        actor=call.caller_id,
        reason=reason,
    )
    await answer_approval(call.client, decision)
