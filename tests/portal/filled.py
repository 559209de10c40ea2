"""Made-up answers that fill the screens, each as its view has it."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.audit.record import AuditPage
from domain.environment.approval_views import ApprovalView
from domain.environment.cost_views import CostReport
from domain.environment.metric_views import EnvironmentMetrics
from domain.environment.version_views import EnvironmentVersionList
from domain.environment.views import CellView, EventList
from domain.guard.plan import Plan
from domain.guard.size_offers import SizeOffers
from domain.serving.invocations.model import InvocationPage
from domain.serving.models import ModelPage, ModelView
from domain.serving.pod_logs import PodLogPage
from domain.serving.presets import list_presets
from domain.sweep.idle_advice import IdleAdvice
from domain.sweep.views import SweepAnswer
from tests.portal.faked_api import an_environment
from tests.support.specs import spec_body

NAME = "fraud-llm"
AT = "2026-11-22T12:00:00Z"
DIGEST = f"sha256:{'1' * 64}"
SIZE = "Standard_NC24ads_A100_v4"
CALLER = "66666666-7777-8888-9999-000000000000"
PLAN_DIGEST = "1f0c9d2a7b3e"
ENVIRONMENT = f"/environments/{NAME}"
MODEL_VERSION = {"name": NAME, "version": "1"}
ALICE = "8f0d4c1e-1a4b-4c57-9f3a-2d1c0b9a8e77"


def cell() -> dict[str, Any]:
    return CellView.from_wire(
        {
            "region": "westeurope",
            "clusterId": f"/subscriptions/1/managedClusters/gp-{NAME}-westeurope",
            "externalIp": "20.73.1.10",
            "fqdn": f"gp-{NAME}-westeurope.hcp.westeurope.azmk8s.io",
            "nodes": 1,
            "offer": {"region": "westeurope", "vmSize": SIZE, "spot": False},
        }
    ).to_wire()


def offers() -> dict[str, Any]:
    sizes = (
        ("Standard_NV36ads_A10_v5", 1, "A10", 24, 4.16, 6),
        (SIZE, 1, "A100", 80, 4.775, 2),
        ("Standard_NC48ads_A100_v4", 2, "A100", 80, 9.55, 1),
        ("Standard_ND96isr_H100_v5", 8, "H100", 80, 98.32, 0),
    )
    return SizeOffers.from_wire(
        {
            "region": "westeurope",
            "observedDateTime": AT,
            "priceAsOf": "2026-06-18T00:00:00Z",
            "unread": {},
            "value": [
                {
                    "vmSize": size,
                    "gpus": gpus,
                    "gpuModel": gpu,
                    "gpuMemoryGB": memory,
                    "usdPerHour": usd,
                    "spotUsdPerHour": round(usd * 0.3, 3),
                    "nodesLeft": left,
                    "quota": {"name": "StandardFamily", "used": 48, "limit": 48 + 24 * left},
                }
                for size, gpus, gpu, memory, usd, left in sizes
            ],
        }
    ).to_wire()


def presets() -> dict[str, Any]:
    return list_presets().to_wire()


def versions(*, count: int = 3) -> dict[str, Any]:
    """The latest is present and has failed, those before it have succeeded."""
    return EnvironmentVersionList.from_wire(
        {"value": [_version(number, is_present=number == count) for number in range(count, 0, -1)]}
    ).to_wire()


def _version(number: int, *, is_present: bool) -> dict[str, Any]:
    return {
        "version": number,
        "isPresent": is_present,
        "status": "Failed" if is_present else "Succeeded",
        "operationId": f"{NAME}.{number}",
        "requestedDateTime": f"2026-11-{20 + number}T09:00:00Z",
        "requestedBy": ALICE,
        "digest": DIGEST,
        "workload": {
            "image": f"registry.example.com/llm:1.4.{number}",
            "model": {"name": NAME, "version": str(number)},
        },
    }


def log(*texts: str, following: str | None = None) -> dict[str, Any]:
    pod = {"name": f"{NAME}-6d4c7b8f9-x2x7k", "phase": "Running", "isReady": True, "restarts": 1}
    page = {
        "region": "westeurope",
        "pod": pod["name"],
        "previous": False,
        "isTruncated": False,
        "pods": [pod, {**pod, "name": f"{NAME}-6d4c7b8f9-zz1aa", "isReady": False}],
        "value": [
            {"at": f"2026-11-22T12:00:{number:02}Z", "text": text}
            for number, text in enumerate(texts)
        ],
        **({"nextLink": following} if following else {}),
    }
    return PodLogPage.from_wire(page).to_wire()


def idle_advice() -> dict[str, Any]:
    rows = (
        ("scale to zero 15 minutes after the last request", 15, True, 31.5, 12, 150.4, 0.0),
        ("scale to zero 60 minutes after the last request", 60, False, 58.0, 5, 276.9, -126.5),
        ("never scale to zero", 10080, False, 336.0, 0, 1604.4, -1454.0),
    )
    return IdleAdvice.from_wire(
        {
            "environment": NAME,
            "sinceDateTime": "2026-11-08T12:00:00Z",
            "untilDateTime": AT,
            "observedHours": 336.0,
            "hoursInUse": 11.25,
            "requests": 5211,
            "minutesToWake": 6.8,
            "usdPerHour": 4.775,
            "priceAsOf": "2026-06-18T00:00:00Z",
            "value": [
                {
                    "setting": setting,
                    "idle": {"afterMinutes": minutes},
                    "minNodes": 0,
                    "isCurrent": is_current,
                    "gpuHours": hours,
                    "coldStarts": starts,
                    "requestsWaiting": starts + 2,
                    "costUsd": usd,
                    "savedUsd": saved,
                }
                for setting, minutes, is_current, hours, starts, usd, saved in rows
            ],
        }
    ).to_wire()


def sweep() -> dict[str, Any]:
    cluster = f"/subscriptions/1/resourceGroups/gp-{NAME}/managedClusters/gp-{NAME}-westeurope"
    decision = {
        "pool": {
            "environment": NAME,
            "region": "westeurope",
            "poolId": f"{cluster}/agentPools/gpu",
            "clusterId": cluster,
            "vmSize": SIZE,
            "nodeCount": 1,
            "isOurs": True,
            "hourlyPrice": 4.775,
        },
        "environment": NAME,
        "action": "warn",
        "reason": "Idle",
        "evidence": {"afterMinutes": 15, "gpuPods": 1, "requests": 0, "observedAt": AT},
        "idleSince": "2026-11-22T11:40:00Z",
    }
    return SweepAnswer.from_wire({"status": "Running", "decisions": [decision]}).to_wire()


def events() -> dict[str, Any]:
    entries = [
        {"at": AT, "type": "OperationSucceeded", "message": "provision succeeded"},
        {
            "at": AT,
            "type": "IdleWarned",
            "message": "It is idle; its GPU pools are scaled to zero soon.",
            "evidence": {"westeurope": {"afterMinutes": 15, "gpuPods": 1}},
        },
    ]
    return EventList.from_wire({"value": entries}).to_wire()


def model_versions(*, count: int = 2) -> dict[str, Any]:
    return ModelView.from_wire(
        {"name": NAME, "versions": [_model_version(number) for number in range(count, 0, -1)]}
    ).to_wire()


def models() -> dict[str, Any]:
    summary = {"name": NAME, "versions": 2, "latest": _model_version(2)}
    return ModelPage.from_wire({"value": [summary]}).to_wire()


def _model_version(number: int) -> dict[str, Any]:
    return {
        "name": NAME,
        "version": number,
        "createdDateTime": f"2026-11-{10 + number}T09:00:00Z",
        "createdBy": ALICE,
        "content": {
            "name": NAME,
            "image": f"acmeml.azurecr.io/vllm@{DIGEST}",
            "engine": "vllm 0.31.0",
            "command": ["vllm", "serve"],
            "args": ["/mnt/weights", "--max-model-len", "16384"],
            "source": f"az://acmemodels/weights/{NAME}/{number}",
            "sizeGiB": 28,
            "licence": "mit",
        },
    }


def costs() -> dict[str, Any]:
    """Of three days, two cost centers and three environments."""
    shares = (
        ("fraud-llm", "ML-1234", 1.0),
        ("chat-large", "ML-1234", 4.2),
        ("ocr", "DOCS-3", 0.5),
    )
    days = [
        {
            "day": f"2026-11-{day}",
            "environment": name,
            "costCenter": center,
            "gpuNodeHours": 12.5 * share,
            "gpuUsd": 59.69 * share,
            "baseUsd": 17.45,
        }
        for day in (20, 21, 22)
        for name, center, share in shares
    ]
    total = round(sum(each["gpuUsd"] + each["baseUsd"] for each in days), 3)
    return CostReport.from_wire(
        {"totalUsd": total, "priceAsOf": "2026-06-18T00:00:00Z", "value": days}
    ).to_wire()


BUDGET_CHECK = {
    "code": "BudgetNearlySpent",
    "verdict": "warn",
    "message": "Budget of ML-1234 for the month: 5000.00 USD, 1203.90 spent.",
    "target": "costCenter",
    "name": "ML-1234",
    "used": 1203.9,
    "reserved": 1800.0,
    "required": 1100.5,
    "limit": 5000.0,
    "unit": "USD",
}


def plan(**changes: Any) -> dict[str, Any]:
    """Of a change in place."""
    cost = {"usdPerHour": 5.5, "usdPerMonth": 4015.0}
    return Plan.from_wire(
        {
            "id": f"{NAME}.1.1f0c9d2a7b3e",
            "digest": "1f0c9d2a7b3e",
            "environment": NAME,
            "action": "update",
            "basedOn": 1,
            "createdDateTime": AT,
            "expiresDateTime": "2026-11-22T13:00:00Z",
            "verdict": "ok",
            "checks": [],
            "originTransport": "privateLink",
            "changes": [
                {
                    "field": "gpu.maxNodes",
                    "before": 5,
                    "after": 8,
                    "resource": "agentPool",
                    "effect": "inPlace",
                }
            ],
            "estimate": {
                **dict.fromkeys(("asleep", "atMinNodes", "atReplicas", "atMaxNodes"), cost),
                "parts": [],
                "unpriced": [],
            },
            **changes,
        }
    ).to_wire()


def metrics() -> dict[str, Any]:
    """Of a day: at night nothing is asked and the GPU node is gone; tokens are counted by day."""
    points = [_metric_point(number) for number in range(0, 288)]
    answer = {
        "environment": NAME,
        "fromDateTime": "2026-11-21T12:00:00Z",
        "toDateTime": AT,
        "intervalMinutes": 5,
        "sinceDateTime": "2026-11-14T12:00:00Z",
        "totals": {
            "requests": sum(each["requests"] for each in points),
            "errors": sum(each["errors"] for each in points),
            "tokensIn": 410_000,
            "tokensOut": 1_900_000,
            "gpuNodeHours": 14.5,
            "costUsd": 86.7,
        },
        "value": points,
    }
    return EnvironmentMetrics.from_wire(answer).to_wire()


def _metric_point(number: int) -> dict[str, Any]:
    at = datetime(2026, 11, 21, 12, tzinfo=UTC) + timedelta(minutes=5 * number)
    wave = max(0.0, math.sin(math.pi * ((at.hour * 60 + at.minute) / 60 - 7) / 12))
    nodes = 1 if wave > 0 else 0
    known = {"tokensIn": round(900 * wave), "tokensOut": round(4100 * wave)} if nodes else {}
    return {
        "startDateTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "requests": round(42 * wave + number % 5 * nodes),
        "errors": 3 if number % 97 == 50 else 0,
        "gpuUtilisationPercent": round(88 * wave),
        "busyReplicas": nodes,
        "gpuNodes": nodes,
        "gpuUsdPerHour": 4.775 * nodes,
        "usdPerHour": 4.775 * nodes + 0.73,
        **known,
    }


def serving() -> dict[str, Any]:
    return an_environment(
        NAME,
        spec=spec_body(workload={"image": "a/b:1", "model": MODEL_VERSION}),
        cells=[cell()],
    )


def waiting() -> dict[str, Any]:
    """What waits for a second person."""
    body = {
        "environment": NAME,
        "operationId": f"{NAME}.2",
        "kind": "update",
        "state": "waiting",
        "requestedBy": ALICE,
        "requestedDateTime": AT,
        "deadline": "2026-11-25T12:00:00Z",
        "planId": f"{NAME}.1.{PLAN_DIGEST}",
        "planDigest": PLAN_DIGEST,
        "usdPerMonth": 6991.5,
        "changes": [{"field": "gpu.maxNodes", "before": "5", "after": "8", "effect": "inPlace"}],
        "reasons": ["More than $5,000 per month."],
    }
    return ApprovalView.from_wire(body).to_wire()


def audit() -> dict[str, Any]:
    record = {
        "id": "1",
        "at": AT,
        "door": "rest",
        "action": "createEnvironment",
        "decision": "refused",
        "code": "QuotaExceeded",
        "actorName": "ada@example.com",
        "environment": NAME,
    }
    return AuditPage.from_wire({"value": [record]}).to_wire()


def health() -> dict[str, Any]:
    problem = "line 3, allow.regions: Use at least 1 item(s)."
    policy = {"state": "stale", "digest": PLAN_DIGEST, "since": AT, "problems": [problem]}
    return {"status": "Healthy", "policyFile": policy, "commit": "c0ffee1"}


def invocations() -> dict[str, Any]:
    found = [_invocation(11, 200), _invocation(11, 429), _invocation(9, 200)]
    return InvocationPage.from_wire({"value": found}).to_wire()


def _invocation(hour: int, status: int) -> dict[str, Any]:
    return {
        "time": f"2026-11-22T{hour:02}:30:00Z",
        "environment": NAME,
        "oid": CALLER,
        "status": status,
        "why": "via_upstream" if status == 200 else "rate_limited",
        "method": "POST",
        "path": "/v1/chat/completions",
        "durationMs": 840,
    }


def answers() -> dict[str, dict[str, Any]]:
    lines = [f"INFO 11-22 12:00:{second:02} loading weights" for second in range(30)]
    return {
        ENVIRONMENT: serving(),
        f"{ENVIRONMENT}/metrics": metrics(),
        f"{ENVIRONMENT}/versions": versions(),
        f"{ENVIRONMENT}/logs": log(*lines, "Application startup complete."),
        f"{ENVIRONMENT}/idle-advice": idle_advice(),
        f"{ENVIRONMENT}/events": events(),
        "/sweeps/latest": sweep(),
        "/models": models(),
        f"/models/{NAME}": model_versions(),
        "/presets": presets(),
        "/offers": offers(),
        "/costs": costs(),
        "/healthz": health(),
        "/approvals": {"value": [waiting()]},
        "/audit": audit(),
        f"{ENVIRONMENT}/invocations": invocations(),
        "POST /plans": plan(checks=[BUDGET_CHECK]),
    }
