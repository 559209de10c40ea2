"""Checks again, at the moment of approval, what was checked when it was requested."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from domain.environment.operation import Operation
from domain.environment.record import EnvironmentRecord
from domain.guard.approval import find_outdated
from domain.requests.approvals import find_spec_refusal, nothing_waits
from domain.requests.decision import Refused
from domain.spec.resolved_model import MODEL_VERSION_DELETED
from triggers import task_hub
from triggers.checking import find_claims
from triggers.claims import claim_all
from triggers.declarations import Call
from triggers.models import find_deleted_version
from triggers.situation import SituationReader


async def find_obstacle(
    call: Call[Any, Any], record: EnvironmentRecord | None, waiting: Operation
) -> Refused | None:
    """Why it cannot begin now as it was requested; otherwise what it needs is claimed."""
    request = await task_hub.read_request(call.client, waiting.id)
    if request is None or request.approval is None:
        return nothing_waits(waiting.environment)
    now = datetime.now(UTC)
    if refusal := find_spec_refusal(request.spec, call.policy, now):
        return refusal
    market, policy = call.deployment.read_market, call.policy_file
    if deleted := await find_deleted_version(call.client, request.spec):
        message = f"{deleted} Reject it, and have it requested again."
        return Refused(MODEL_VERSION_DELETED, message, target="planDigest")
    restored = request.restored_image
    reader = SituationReader(call.client, market, policy, request.spec, record, restored=restored)
    outdated = partial(find_outdated, request.approval, request.spec, now=now)
    situation = await reader.read_to_decide(outdated)
    if refusal := outdated(situation):
        return refusal
    claims = find_claims(request, situation)
    if await claim_all(call.client, request, claims.demands, claims.counted):
        return None
    message = f"Other requests were faster than the approval of '{waiting.id}'. Send it again."
    return Refused("ConcurrentRequests", message, is_passing=True)
