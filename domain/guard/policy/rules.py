"""What the policy file says of a specification. It binds what a request brings: operations on
what was admitted before go on when a rule is added."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from domain.guard.plan_check import PlanCheck, Verdict
from domain.guard.policy.facts import PolicyFacts
from domain.guard.policy.ledgers import NODES, cost_center_ledger
from domain.guard.policy.model import Policy
from domain.spec.model import EnvironmentSpec, OnFailure
from domain.wire import format_time


def check_rules(spec: EnvironmentSpec, facts: PolicyFacts) -> Iterable[PlanCheck]:
    policy = facts.policy
    yield from _check_sizes(spec, policy)
    yield from _check_endpoint(spec, policy)
    yield from _check_failure(spec, policy)
    yield from _check_nodes(spec, facts)
    yield from _check_lifetime(spec, policy, facts.at)
    yield from _check_tags(spec, policy)


def count_nodes(spec: EnvironmentSpec) -> int:
    """The most that it may have."""
    return len(spec.regions) * spec.gpu.max_nodes


def _check_sizes(spec: EnvironmentSpec, policy: Policy) -> Iterable[PlanCheck]:
    asked = {
        "gpu.vmSize": spec.gpu.vm_size,
        **{f"placement.vmSizes[{i}]": size for i, size in enumerate(spec.placement.vm_sizes)},
    }
    allowed = ", ".join(policy.allow.vm_sizes or ())
    for target, size in asked.items():
        if not policy.allow.has_size(size):
            yield _fail(
                "VmSizeNotAllowed",
                f"The policy does not allow {size}. Use one of: {allowed}.",
                target,
            )


def _check_endpoint(spec: EnvironmentSpec, policy: Policy) -> Iterable[PlanCheck]:
    if not policy.allow.public_endpoints and not spec.edge.has_private_origins:
        yield _fail(
            "PublicEndpointsNotAllowed",
            "The policy does not allow cells with public addresses: use edge.origin privateLink, "
            "with sku Premium_AzureFrontDoor.",
            "edge.origin",
        )


def _check_failure(spec: EnvironmentSpec, policy: Policy) -> Iterable[PlanCheck]:
    allowed, wanted = policy.allow.on_failure, spec.on_failure or OnFailure.KEEP
    if allowed is not None and wanted not in allowed:
        yield _fail(
            "OnFailureNotAllowed",
            f"The policy does not allow onFailure {wanted}. Use one of: {', '.join(allowed)}.",
            "onFailure",
        )


def count_other_nodes(spec: EnvironmentSpec, facts: PolicyFacts) -> int:
    """Of the cost center's other environments, and of requests that no record shows yet."""
    on_record = sum(count_nodes(each.spec) for each in facts.find_others(spec.name))
    claimed = facts.find_claimed(cost_center_ledger(spec.cost_center)).get(NODES, 0.0)
    return on_record + round(claimed)


def _check_nodes(spec: EnvironmentSpec, facts: PolicyFacts) -> Iterable[PlanCheck]:
    wanted, limits = count_nodes(spec), facts.policy.limits
    most = limits.max_nodes_per_environment
    if most is not None:
        yield _judge_nodes("environment", spec.name, wanted, 0, most)
    most = limits.max_nodes_per_cost_center
    if most is not None:
        used = count_other_nodes(spec, facts)
        yield _judge_nodes("cost center", spec.cost_center, wanted, used, most)


def _judge_nodes(kind: str, name: str, wanted: int, used: int, limit: int) -> PlanCheck:
    is_over = used + wanted > limit
    fix = " Lower gpu.maxNodes, or name fewer regions." if is_over else ""
    message = (
        f"The policy allows {limit} GPU nodes for {kind} {name}: {wanted} are asked for"
        f"{f', and others may have {used}' if used else ''}.{fix}"
    )
    return PlanCheck(
        code="TooManyNodes" if is_over else "NodesAllowed",
        verdict=Verdict.FAIL if is_over else Verdict.OK,
        message=message,
        target="gpu.maxNodes",
        name=f"nodes of the {kind}",
        required=wanted,
        used=used,
        limit=limit,
    )


def _check_lifetime(spec: EnvironmentSpec, policy: Policy, now: datetime) -> Iterable[PlanCheck]:
    days = policy.limits.max_lifetime_days
    if days is None:
        return
    latest = now + timedelta(days=days)
    if spec.expires_at is None or spec.expires_at > latest:
        yield _fail(
            "LifetimeTooLong",
            f"The policy allows {days} days and expiresAt is "
            f"{format_time(spec.expires_at) if spec.expires_at else 'missing'}: set it to a time "
            f"before {latest:%Y-%m-%d}.",
            "expiresAt",
        )


def _check_tags(spec: EnvironmentSpec, policy: Policy) -> Iterable[PlanCheck]:
    given = {name.lower() for name in spec.tags}
    for name in policy.required_tags:
        if name.lower() not in given:
            yield _fail(
                "TagMissing", f"The policy requires the tag '{name}': add it.", f"tags.{name}"
            )


def _fail(code: str, message: str, target: str) -> PlanCheck:
    return PlanCheck(code=code, verdict=Verdict.FAIL, message=message, target=target)
