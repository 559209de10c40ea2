"""Who may answer for an operation that waits for approval."""

import re
from datetime import datetime

from pydantic import Field

from domain.environment.call_stamp import CallStamp, Door
from domain.environment.operation import Operation
from domain.environment.record import EnvironmentRecord
from domain.requests.decision import Forbidden, NotFound, PreconditionFailed, Refused
from domain.requests.present_rules import say_problems
from domain.requests.principal import Principal
from domain.spec.access import OBJECT_ID_PATTERN
from domain.spec.model import EnvironmentSpec
from domain.spec.policy import SpecPolicy
from domain.wire import WireModel

_OBJECT_ID = re.compile(OBJECT_ID_PATTERN)


NOT_BLANK = r"\S"


class ApproveRequest(WireModel):
    """What is approved."""

    plan_digest: str | None = Field(
        default=None,
        max_length=64,
        description="Digest of the plan that the approver has seen; another one is refused.",
    )


class RejectRequest(WireModel):
    """Why it is not approved."""

    reason: str = Field(
        min_length=1,
        max_length=500,
        pattern=NOT_BLANK,
        description="Shown to the requester, and on the timeline.",
    )


def find_unknown_requester(stamp: CallStamp | None) -> Refused | None:
    """The refusal of a request that waits for approval by someone else, and does not say whose it
    is. A name or an address would not be recognised as the approver's."""
    if stamp and stamp.on_behalf_of and _OBJECT_ID.fullmatch(stamp.on_behalf_of):
        return None
    if stamp and stamp.door is Door.REST and stamp.actor:
        return None
    return Refused(
        "RequesterUnknown",
        "It needs the approval of someone other than the requester, who is not known. Messages "
        "name the person in authid, by object id; on a laptop set DEVELOPER_IDENTITY.",
        target="authid",
    )


def find_spec_refusal(spec: EnvironmentSpec, policy: SpecPolicy, now: datetime) -> Refused | None:
    """Why what was requested would be no valid request any more."""
    said = say_problems(spec, policy, now)
    if said is None:
        return None
    return Refused(
        "SpecificationNotAllowed",
        f"What was requested is refused by now. {said} Reject it, and have it requested again.",
        target="planDigest",
    )


def decide_answer(
    record: EnvironmentRecord | None, principal: Principal | None, plan_digest: str | None
) -> Operation | Refused | NotFound:
    """The operation that the answer is for. `plan_digest`: of the plan that the approver has
    seen."""
    if record is None or record.is_deleted:
        return NotFound()
    waiting = record.waiting
    if waiting is None or waiting.approval is None:
        return nothing_waits(record.name)
    if plan_digest not in (None, waiting.approval.demand.plan_digest):
        return PreconditionFailed(
            "PlanIsStale",
            f"Operation '{waiting.id}' waits for approval of another plan. Read it again.",
            target="planDigest",
        )
    return judge_approver(waiting, principal) or waiting


def nothing_waits(name: str) -> Refused:
    return Refused(
        "NothingAwaitsApproval", f"No operation of environment '{name}' waits for approval."
    )


def judge_approver(operation: Operation, principal: Principal | None) -> Forbidden | None:
    """The same person is refused by whatever door the request came, and an app's user where the
    app itself has sent it."""
    if principal is None or principal.object_id is None or not principal.is_person:
        return Forbidden(
            "ApproverNotAPerson",
            "An app cannot approve or reject: sign in as a user who has Environments.Approve.",
            target="",
        )
    stamp = operation.stamp
    if (
        stamp is None
        or _has_requested(principal.object_id, stamp)
        or _is_same_app(stamp, principal)
    ):
        return Forbidden(
            "ApproverIsRequester",
            f"You have requested '{operation.id}', yourself or by the app that you use: someone "
            "else has to answer. POST /environments/{name}/cancel withdraws it.",
            target="",
        )
    return None


def _has_requested(object_id: str, stamp: CallStamp) -> bool:
    known = (stamp.actor or "", stamp.on_behalf_of or "")
    return object_id.lower() in map(str.lower, known)


def _is_same_app(stamp: CallStamp, principal: Principal) -> bool:
    if stamp.is_person or stamp.door is not Door.REST:
        return False
    return stamp.app is not None and stamp.app == principal.app_id
