"""What can go wrong in simulated Azure during a chaos run, as faults of its control API."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

GLOBAL_SHARE = 0.25
"""Of all faults: those that hit whatever comes, not one environment."""

FAULTS = "/_simulator/faults"
SERVICE_BUS_FAULTS = "/_simulator/service-bus/faults"

type Build = Callable[[str, random.Random], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A kind of fault. `build` makes the request body from an environment's name."""

    name: str
    build: Build
    minutes: tuple[float, float]
    """How long it stays at least and at most, unless it is used up before."""
    path: str = FAULTS


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault with its time, in simulated minutes after the start of the run."""

    at: float
    until: float
    kind: str
    environment: str | None
    """None if it hits all environments."""
    path: str
    body: dict[str, Any]


def plan_faults(
    dice: random.Random, names: Sequence[str], per_environment: float, window: float
) -> tuple[Fault, ...]:
    """In the order of time; each begins within the window of simulated minutes."""
    count = round(per_environment * len(names))
    planned = [_draw(dice, names, window) for _ in range(count)]
    return tuple(sorted(planned, key=lambda each: each.at))


def _draw(dice: random.Random, names: Sequence[str], window: float) -> Fault:
    is_global = dice.random() < GLOBAL_SHARE
    kind = dice.choice(OF_EVERYTHING if is_global else OF_ONE_ENVIRONMENT)
    name = dice.choice(names)
    at = dice.uniform(0, window)
    return Fault(
        at=at,
        until=at + dice.uniform(*kind.minutes),
        kind=kind.name,
        environment=None if is_global else name,
        path=kind.path,
        body=kind.build(name, dice),
    )


def _clusters(name: str) -> str:
    return f"/managedClusters/gp-{name}-[a-z]+"


def _anything(name: str) -> str:
    """Every ARM id of an environment has a name that begins so."""
    return f"/gp-?{name}([-/]|$)"


def _request(path: str, method: str | None = None, **answer: Any) -> dict[str, Any]:
    match = {"path": path} | ({"method": method} if method else {})
    return {"match": match, **answer}


def _operation(operation: str, code: str, message: str, count: int) -> dict[str, Any]:
    return {
        "operation": operation,
        "count": count,
        "error": {"code": code, "message": message},
    }


NO_CAPACITY = (
    'Code="AllocationFailed" Message="Allocation failed. We do not have sufficient capacity for '
    'the requested VM size in this region."'
)
LOCKED = "The scope cannot perform delete operation because following scope(s) are locked."
DENIED = (
    "The client does not have authorization to perform action "
    "'Microsoft.ContainerService/managedClusters/write' over scope."
)
UNAVAILABLE = "The service is unavailable now."
WEBHOOK = {
    "kind": "Status",
    "apiVersion": "v1",
    "metadata": {},
    "status": "Failure",
    "message": 'admission webhook "policy.example.com" denied the request: no quota is left',
    "reason": "Forbidden",
    "code": 403,
}


def _broken_image(name: str, dice: random.Random) -> dict[str, Any]:
    outcome = dice.choice(("PullFails", "Crashes", "NeverReady"))
    images = {"registry.example.com/llm": {"outcome": outcome}}
    return {"cluster": f"gp-{name}-.*", "images": images}


def _gateway(name: str, dice: random.Random) -> dict[str, Any]:
    recorded = dice.choice(("GatewayTimeout", "BadGatewayConnection", "BadGatewayPage"))
    after = dice.random() < 0.5
    return _request(
        _anything(name), "PUT", recorded=recorded, after=after, count=dice.randint(1, 3)
    )


OF_ANY_REQUEST = (
    *("BadGatewayConnection", "BadGatewayPage", "GatewayTimeout", "GatewayTimeoutPage"),
    *("InternalServerError", "RuntimeErrorPage", "TooManyRequests", "BackendStorageThrottled"),
)
OF_A_WRITE = (
    *("QuotaExceeded", "FailedIdentityOperation", "GetSKUStoreError", "InternalOperationError"),
    *("RetryableErrorDueToAnotherOperation", "ReferencedResourceNotProvisioned"),
    "AnotherOperationInProgress",
)


def _recorded(name: str, dice: random.Random) -> dict[str, Any]:
    method = dice.choice(("GET", "PUT", "DELETE"))
    names = (*OF_ANY_REQUEST, *OF_A_WRITE) if method == "PUT" else OF_ANY_REQUEST
    return _request(_anything(name), method, recorded=dice.choice(names), count=dice.randint(1, 3))


OF_ONE_ENVIRONMENT = (
    FaultKind(
        "cluster reads throttled",
        lambda name, dice: _request(
            _clusters(name),
            "GET",
            status=429,
            code="TooManyRequests",
            headers={"Retry-After": "60"},
        ),
        (3, 15),
    ),
    FaultKind(
        "ARM unavailable for the environment",
        lambda name, dice: _request(
            _anything(name), status=503, code="ServiceUnavailable", message=UNAVAILABLE
        ),
        (1, 6),
    ),
    FaultKind("gateway errors", _gateway, (20, 60)),
    FaultKind("recorded answer", _recorded, (20, 60)),
    FaultKind(
        "cluster writes forbidden",
        lambda name, dice: _request(
            _clusters(name), "PUT", status=403, code="AuthorizationFailed", message=DENIED
        ),
        (3, 30),
    ),
    FaultKind(
        "firewall policy refused",
        lambda name, dice: _request(
            f"WebApplicationFirewallPolicies/gp{name}",
            "PUT",
            status=400,
            code="BadRequest",
            message="WebApplicationFirewallPolicy validation failed.",
            count=1,
        ),
        (20, 90),
    ),
    FaultKind(
        "slow answers",
        lambda name, dice: _request(
            _anything(name), latencySeconds=dice.randint(30, 300), count=dice.randint(1, 5)
        ),
        (20, 60),
    ),
    FaultKind(
        "no capacity for the cluster",
        lambda name, dice: _operation(
            f"PUT .*{_clusters(name)}$", "ReconcileVMSSAgentPoolFailed", NO_CAPACITY, 1
        ),
        (30, 120),
    ),
    FaultKind(
        "pool operation failed",
        lambda name, dice: _operation(
            f"PUT .*{_clusters(name)}/agentPools/gpu",
            "ReconcileVMSSAgentPoolFailed",
            "The scale set is busy.",
            dice.randint(1, 3),
        ),
        (30, 120),
    ),
    FaultKind(
        "cluster deletion failed",
        lambda name, dice: _operation(
            f"DELETE .*{_clusters(name)}", "InternalOperationError", "Internal server error", 1
        ),
        (60, 240),
    ),
    FaultKind(
        "Front Door operation failed",
        lambda name, dice: _operation(
            f"PUT .*/profiles/gp-{name}", "InternalServerError", "An error has occurred.", 1
        ),
        (30, 120),
    ),
    FaultKind(
        "stray error in polls",
        lambda name, dice: {
            **_operation(f"PUT .*{_clusters(name)}", "NotLatestOperation", "", 2),
            "stray": True,
        },
        (30, 120),
    ),
    FaultKind(
        "deletion locked",
        lambda name, dice: _request(
            _anything(name), "DELETE", status=409, code="ScopeLocked", message=LOCKED
        ),
        (20, 120),
    ),
    FaultKind("broken image", _broken_image, (10, 90)),
    FaultKind(
        "late address",
        lambda name, dice: {
            "cluster": f"gp-{name}-.*",
            "addressSeconds": dice.choice((600, 1500)),
        },
        (20, 90),
    ),
    FaultKind(
        "no address",
        lambda name, dice: {
            "cluster": f"gp-{name}-.*",
            "addressError": "PublicIPCountLimitReached",
        },
        (10, 90),
    ),
    FaultKind(
        "slow nodes",
        lambda name, dice: {"cluster": f"gp-{name}-.*", "nodeBootSeconds": 1500},
        (20, 90),
    ),
    FaultKind(
        "failed scale-up",
        lambda name, dice: {"cluster": f"gp-{name}-.*", "scaleUpError": "AllocationFailed"},
        (20, 90),
    ),
    FaultKind(
        "device plugin broken",
        lambda name, dice: {"cluster": f"gp-{name}-.*", "devicePluginBroken": True},
        (10, 60),
    ),
    FaultKind(
        "edge away",
        lambda name, dice: {"match": {"host": f"gp-{name}-"}, "status": 503, "body": "<html/>"},
        (5, 40),
    ),
    FaultKind(
        "metrics gone",
        lambda name, dice: {
            "metrics": dice.choice(("missing", "unavailable")),
            "profile": f"/profiles/gp-{name}",
        },
        (20, 120),
    ),
)

OF_EVERYTHING = (
    FaultKind(
        "ARM unavailable",
        lambda name, dice: _request(
            "^/subscriptions/", status=503, code="ServiceUnavailable", message=UNAVAILABLE
        ),
        (1, 4),
    ),
    FaultKind(
        "polls not found",
        lambda name, dice: _request(
            "/operations/", "GET", status=404, code="NotFound", count=dice.randint(1, 12)
        ),
        (10, 30),
    ),
    FaultKind(
        "polls behind a broken gateway",
        lambda name, dice: _request(
            "/operations/", "GET", recorded="BadGatewayPage", count=dice.randint(1, 12)
        ),
        (10, 30),
    ),
    FaultKind(
        "reads throttled",
        lambda name, dice: _request(
            "^/subscriptions/",
            "GET",
            recorded="TooManyRequests",
            count=dice.randint(10, 60),
        ),
        (2, 10),
    ),
    FaultKind(
        "Kubernetes unavailable",
        lambda name, dice: _request("^/kubernetes/", status=503, body="unavailable"),
        (1, 5),
    ),
    FaultKind(
        "admission webhook",
        lambda name, dice: _request(
            "^/kubernetes/", "PATCH", status=403, body=WEBHOOK, count=dice.randint(1, 6)
        ),
        (5, 30),
    ),
    FaultKind(
        "messages not settled",
        lambda name, dice: {
            "operation": "settle",
            "entity": "provisioning-requests",
            "count": dice.randint(1, 4),
        },
        (20, 60),
        SERVICE_BUS_FAULTS,
    ),
    FaultKind(
        "events refused",
        lambda name, dice: {
            "operation": "send",
            "entity": "environment-events",
            "count": dice.randint(1, 10),
        },
        (20, 60),
        SERVICE_BUS_FAULTS,
    ),
)
