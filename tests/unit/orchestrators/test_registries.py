"""Images of a registry: resolved before anything is paid for, pulled by the nodes' identity."""

from typing import Any

import pytest

from domain.durable.inputs import (
    CellInput,
    ScalingInput,
    WorkloadInput,
)
from domain.environment.kept_pool import KeptPool
from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.environment.pinned_image import PinnedImage, RecordImage
from domain.environment.record import OperationEnd
from domain.outcomes import OperationWarning, Outcome
from domain.spec.model import EnvironmentSpec
from orchestrators.provision_cell import provision_cell
from orchestrators.provision_environment import provision_environment
from orchestrators.scale_down_environment import scale_down_environment
from orchestrators.update_environment import update_environment
from orchestrators.wake_environment import wake_environment
from tests.support.engine import Run, run
from tests.support.payloads import HOST, KEPT, REGISTRY, SUCCEEDED, a_cell, failed
from tests.support.specs import NOON, a_request, a_spec, spec_body

IMAGE = "acmeml.azurecr.io/llm:1.4.2"
DIGEST = f"sha256:{'0123456789abcdef' * 4}"
MISSING = failed("ImageNotFound")
FOUND = Outcome.succeeded(digest=DIGEST)
UNVERIFIED = Outcome.succeeded().warning_of(
    (OperationWarning(code="ImageNotVerified", message="The firewall.", target=IMAGE),)
)
CELL = {"clusterId": "/cluster", "fqdn": "gp.hcp.azmk8s.io", "externalIp": "20.61.0.2", "nodes": 1}
PINNED = PinnedImage(reference=IMAGE, digest=DIGEST, resolved_at=NOON)


def private_spec(**workload: Any) -> EnvironmentSpec:
    whole = {**spec_body()["workload"], "image": IMAGE, "registry": REGISTRY, **workload}
    return a_spec(workload=whole)


def build(
    answer: Outcome = FOUND,
    kind: OperationKind = OperationKind.PROVISION,
    activities: dict[str, Any] | None = None,
    **request: Any,
) -> Run:
    is_first = kind is OperationKind.PROVISION
    value = a_request(kind, 1 if is_first else 2, **{"spec": private_spec(), **request})
    return run(
        provision_environment if is_first else update_environment,
        value.to_wire(),
        instance_id=value.operation_id,
        activities={
            "resolve_image": answer,
            "begin_empty_gpu_pool": SUCCEEDED,
            "list_remaining_resources": Outcome.succeeded(resourceIds=[]),
            **(activities or {}),
        },
        children={
            "wire_edge": Outcome.succeeded(hostName=HOST),
            "provision_cell": Outcome.succeeded(region="westeurope", **CELL),
            "await_edge": SUCCEEDED,
        },
    )


def cell_of(done: Run) -> CellInput:
    return CellInput.from_wire(done.input_of("provision_cell"))


def test_an_image_is_resolved_before_anything_is_built():
    done = build()
    assert done.steps("note image", "call", "start")[:4] == [
        "note image Running",
        "call resolve_image",
        "note image Succeeded",
        "start wire_edge fraud-llm.1.edge",
    ]
    assert cell_of(done).demand.image_digest == DIGEST
    assert cell_of(done).registry == REGISTRY
    noted = RecordImage.from_wire(done.input_of("record_image"))
    assert noted.image
    assert (noted.image.reference, noted.image.digest) == (IMAGE, DIGEST)


@pytest.mark.parametrize("kind", [OperationKind.PROVISION, OperationKind.UPDATE])
def test_an_image_that_cannot_run_is_refused_before_anything_is_built(kind: OperationKind):
    done = build(MISSING, kind)
    assert done.steps("start") == []
    assert done.outcome.failure == MISSING.failure
    assert OperationEnd.from_wire(done.input_of("end_operation")).phase is Phase.FAILED


def test_an_image_that_nobody_can_tell_of_runs_by_its_tag_with_a_warning():
    done = build(UNVERIFIED)
    assert done.outcome.is_success
    assert cell_of(done).demand.image_digest is None
    assert done.input_of("record_warning")["warning"]["code"] == "ImageNotVerified"
    assert RecordImage.from_wire(done.input_of("record_image")).image is None


@pytest.mark.parametrize(
    "kind", [OperationKind.PROVISION, OperationKind.UPDATE, OperationKind.REPAIR]
)
def test_what_an_image_was_resolved_to_stays(kind: OperationKind):
    done = build(MISSING, kind, image=PINNED)
    assert done.steps("call resolve_image", "note image") == []
    assert cell_of(done).demand.image_digest == DIGEST


def test_another_image_is_resolved_again():
    before = PINNED.model_copy(update={"reference": "acmeml.azurecr.io/llm:1.3", "digest": "old"})
    done = build(kind=OperationKind.UPDATE, image=before)
    assert cell_of(done).demand.image_digest == DIGEST


def test_a_repair_resolves_nothing():
    done = build(MISSING, OperationKind.REPAIR)
    assert done.steps("call resolve_image") == []
    assert cell_of(done).demand.image_digest is None


def test_without_a_registry_nobody_is_asked():
    done = build(MISSING, spec=a_spec())
    assert done.steps("call resolve_image", "note image") == []
    assert (cell_of(done).registry, cell_of(done).demand.image_digest) == (None, None)


WEIGHTS = f"acmeml.azurecr.io/weights@{DIGEST}"
MODEL = {"name": "m", "version": "1", "source": f"oci://{WEIGHTS}"}


@pytest.mark.parametrize(
    ("workload", "request_", "asked", "digest"),
    [
        ({}, {}, {"image": IMAGE, "weights": WEIGHTS}, DIGEST),
        ({"image": "vllm/vllm-openai:1"}, {}, {"weights": WEIGHTS}, None),
        ({}, {"image": PINNED}, {"weights": WEIGHTS}, DIGEST),
    ],
    ids=["both are there", "the weights alone", "the image is known"],
)
def test_weights_of_the_registry_are_looked_up_with_the_image(
    workload: dict[str, Any], request_: dict[str, Any], asked: dict[str, str], digest: str | None
):
    answer = FOUND if "image" in asked else SUCCEEDED
    done = build(answer, spec=private_spec(model=MODEL, **workload), **request_)
    given = done.input_of("resolve_image")
    assert {key: given[key] for key in ("image", "weights") if key in given} == asked
    assert cell_of(done).demand.image_digest == digest
    assert ("record_image" in str(done.inputs)) is ("image" in asked)


def test_weights_that_are_not_there_are_refused_before_anything_is_built():
    missing = failed("WeightsNotFound")
    done = build(missing, spec=private_spec(model=MODEL), image=PINNED)
    assert done.steps("start") == []
    assert done.outcome.failure == missing.failure


def cell(access: Outcome = SUCCEEDED, **changes: Any) -> Run:
    value = {**a_cell(120), "registry": REGISTRY, **changes}
    value["demand"] = {**value["demand"], "imageDigest": DIGEST}
    return run(
        provision_cell,
        value,
        instance_id="fraud-llm.1.cell.westeurope",
        activities={
            "begin_resource": SUCCEEDED,
            "ensure_registry_access": access,
            "apply_workload": SUCCEEDED,
            "apply_gateway": SUCCEEDED,
        },
        children={"await_ready": SUCCEEDED},
    )


def test_nodes_may_pull_before_there_is_something_to_pull():
    done = cell()
    assert done.steps("call")[1:5] == [
        "call begin_resource managedCluster westeurope",
        "call ensure_registry_access westeurope",
        "call begin_resource agentPool westeurope",
        "call apply_workload westeurope",
    ]
    assert done.input_of("ensure_registry_access")["registry"] == REGISTRY
    assert WorkloadInput.from_wire(done.input_of("apply_workload")).image_digest == DIGEST


def test_a_cell_whose_nodes_may_not_pull_ends_before_its_workload():
    done = cell(failed("RoleNotAssigned"))
    assert done.steps("note")[-1] == "note cell/westeurope/registryAccess Failed (RoleNotAssigned)"
    assert done.steps("call apply_workload") == []


@pytest.mark.parametrize(
    ("orchestrator", "kind", "child"),
    [
        (wake_environment, OperationKind.WAKE, "wake_cell"),
        (scale_down_environment, OperationKind.SCALE_DOWN, "scale_down_cell"),
    ],
)
def test_sleep_and_wake_keep_the_digest(orchestrator: Any, kind: OperationKind, child: str):
    kept: dict[str, KeptPool] = {"westeurope": KEPT}
    done = run(
        orchestrator,
        a_request(kind, 2, spec=private_spec(), image=PINNED).to_wire(),
        instance_id="fraud-llm.2",
        activities={},
        children={child: SUCCEEDED, "await_edge": SUCCEEDED},
        entity={"get_kept_pools": {name: each.to_wire() for name, each in kept.items()}},
    )
    assert ScalingInput.from_wire(done.input_of(child)).demand.image_digest == DIGEST
