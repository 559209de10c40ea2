"""Inputs and answers of orchestrators and activities that tests share."""

from collections.abc import Sequence
from typing import Any

from domain.arm.operation_polling import OperationProgress
from domain.arm.role_assignments import RoleGrant
from domain.catalog.roles import ACR_PULL
from domain.durable.inputs import (
    CellDemand,
    CellInput,
    EdgeInput,
    EdgeProbe,
    EdgeWait,
    OperationRef,
    OperationWait,
    PoolInput,
    ReadyWait,
    ResourceInput,
    ScalingInput,
)
from domain.environment.kept_pool import KeptPool
from domain.environment.step_keys import PROBE_STEP
from domain.environment.steps import plan_cell
from domain.outcomes import Failure, Handle, Outcome
from domain.placement.offers import Offer, list_offers
from tests.support.specs import NOON, a_spec, minutes

OPERATION = "fraud-llm.1"
REGION = "westeurope"
HOST = "gp-fraud-llm-a1b2c3.z01.azurefd.net"
REGISTRY = (
    "/subscriptions/6c6c6c6c-0000-4000-8000-000000000002/resourceGroups/shared/providers/"
    "Microsoft.ContainerRegistry/registries/acmeml"
)
PULL = RoleGrant(REGISTRY, ACR_PULL, "99999999-2222-4333-8444-555555555555")
RECORD = (
    "/subscriptions/6c6c6c6c-0000-4000-8000-000000000002/resourceGroups/dns/providers/"
    "Microsoft.Network/dnsZones/example.com/CNAME/westeurope.llm"
)
ISSUER = "https://westeurope.oic.prod-aks.azure.com/tenant/cluster/"
CLUSTER_WITH_ISSUER = {"properties": {"oidcIssuerProfile": {"enabled": True, "issuerURL": ISSUER}}}
VAULT_ID = (
    "/subscriptions/6c6c6c6c-0000-4000-8000-000000000002/resourceGroups/shared/providers/"
    "Microsoft.KeyVault/vaults/fraud-team"
)
SECRETS = {"HF_TOKEN": {"keyVaultSecretId": "https://fraud-team.vault.azure.net/secrets/hf-token"}}
SUCCEEDED = Outcome.succeeded()
CANCELED = Outcome.canceled()
KEPT = KeptPool(enable_auto_scaling=True, min_count=0, max_count=5, count=2, replicas=3)


def failed(
    reason: str, *, retryable: bool = False, retry_after_seconds: int | None = None
) -> Outcome:
    return Outcome.failed(
        Failure(
            reason=reason,
            message=f"Azure says {reason}.",
            retryable=retryable,
            suggested_action="Look.",
            retry_after_seconds=retry_after_seconds,
        )
    )


QUOTA = failed("QuotaExceeded")
BUSY = failed("OperationInProgress", retryable=True)
TOO_EARLY = failed("OriginGroupNotReady", retryable=True)


def a_handle(kind: str = "managedCluster", **changes: Any) -> Handle:
    return Handle(kind=kind, resource_id=f"/{kind}", operation_url=f"/{kind}/operation", **changes)


def accepted(kind: str, **changes: Any) -> Outcome:
    handle = a_handle(kind, **changes)
    return Outcome.accepted(handle).about(handle.resource_id)


def an_operation_ref(deadline_minutes: float = 60) -> OperationRef:
    return OperationRef(
        environment="fraud-llm",
        operation_id=OPERATION,
        deadline=NOON + minutes(deadline_minutes),
    )


NOT_REQUESTED = failed("PrivateLinkNotRequested", retryable=True)
NO_SERVICE = failed("PrivateLinkServiceMissing", retryable=True)


def an_operation_wait(
    handle: Handle | None = None, deadline_minutes: float = 60
) -> dict[str, Any]:
    return OperationWait(
        operation=an_operation_ref(deadline_minutes),
        step=plan_cell(REGION)[1].step,
        progress=OperationProgress(handle=handle or a_handle()),
        begun_at=NOON,
    ).to_wire()


def a_ready_wait(deadline_minutes: float = 40, **spec: Any) -> dict[str, Any]:
    return ReadyWait(
        operation=an_operation_ref(deadline_minutes),
        region=REGION,
        demand=CellDemand.of(a_spec(**spec)),
        started_at=NOON,
    ).to_wire()


def an_edge_wait(deadline_minutes: float = 60) -> dict[str, Any]:
    probe = EdgeProbe(operation_id=OPERATION, host_name=HOST, path="/health")
    return EdgeWait(
        operation=an_operation_ref(deadline_minutes), step=PROBE_STEP, probe=probe
    ).to_wire()


def a_cell(deadline_minutes: float = 60, **changes: Any) -> dict[str, Any]:
    spec = a_spec(**changes)
    certificate = spec.edge.origin_certificate
    return CellInput(
        operation=an_operation_ref(deadline_minutes),
        cell=REGION,
        offers=list_offers(spec, REGION),
        demand=CellDemand.of(spec),
        has_private_origin=spec.edge.has_private_origins,
        records=certificate and certificate.records,
    ).to_wire()


def a_scaling(deadline_minutes: float = 240, kept: KeptPool | None = None) -> dict[str, Any]:
    return ScalingInput(
        operation=an_operation_ref(deadline_minutes),
        cell=REGION,
        offers=list_offers(a_spec(), REGION),
        demand=CellDemand.of(a_spec()),
        kept=kept,
    ).to_wire()


def a_pool(kept: KeptPool | None = None, offer: Offer | None = None) -> dict[str, Any]:
    return PoolInput(
        operation_id=OPERATION,
        environment="fraud-llm",
        region=REGION,
        replicas=1,
        kept=kept,
        offer=offer,
    ).to_wire()


def an_edge(
    deadline_minutes: float = 120,
    regions: Sequence[str] = (REGION,),
    *,
    has_private_origins: bool = False,
) -> dict[str, Any]:
    return EdgeInput(
        operation=an_operation_ref(deadline_minutes),
        regions=tuple(regions),
        has_private_origins=has_private_origins,
    ).to_wire()


def a_resource(kind: str, region: str = "") -> dict[str, Any]:
    is_assignment = kind == "roleAssignment"
    return ResourceInput(
        operation_id=OPERATION,
        environment="fraud-llm",
        kind=kind,
        region=region,
        scope=PULL.scope if is_assignment else None,
        role=PULL.role if is_assignment else None,
        record=RECORD if kind == "dnsRecord" else None,
    ).to_wire()
