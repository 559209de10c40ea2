"""The GPU pool was changed by hand before the operation; the way out sets it again."""

from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from tests.faults.by_hand import delete_pool, relabel_pool, taint_pool
from tests.faults.row import Recovery, fails, passes
from tests.support.specs import spec_body

NEXT_VERSION = {"workload": {**spec_body()["workload"], "image": "registry.example.com/llm:1.5.0"}}

BY_HAND_ROWS = (
    fails(
        OperationKind.UPDATE,
        "upd-pool-tainted",
        "cell/pods",
        "The pool was given a taint by hand that the pods do not tolerate",
        by_hand=taint_pool,
        change=NEXT_VERSION,
        reason="PodUnschedulable",
        says="untolerated taint",
        gpu_nodes=0,
    ),
    passes(
        OperationKind.UPDATE,
        "upd-pool-relabelled",
        "cell/managedCluster",
        "The label that the pods select was taken from the pool by hand",
        by_hand=relabel_pool,
        change=NEXT_VERSION,
    ),
    fails(
        OperationKind.SCALE_DOWN,
        "down-pool-deleted",
        "cell/settings",
        "The pool was deleted by hand",
        by_hand=delete_pool,
        reason="GpuPoolMissing",
        says="was deleted outside of Gridplane",
        phase=Phase.READY,
        finding="GpuPoolMissing",
        recovery=Recovery.REPAIR,
    ),
    passes(
        OperationKind.WAKE,
        "wake-pool-deleted",
        "cell/gpuPool",
        "The pool was deleted by hand",
        by_hand=delete_pool,
    ),
    fails(
        OperationKind.WAKE,
        "wake-pool-tainted",
        "cell/pods",
        "The pool was given a taint by hand that the pods do not tolerate",
        by_hand=taint_pool,
        reason="PodUnschedulable",
        says="untolerated taint",
        recovery=Recovery.REPAIR,
    ),
    fails(
        OperationKind.WAKE,
        "wake-pool-relabelled",
        "cell/nodes",
        "The label that the pods select was taken from the pool by hand",
        by_hand=relabel_pool,
        reason="PodUnschedulable",
        says="didn't match Pod's node affinity/selector",
        recovery=Recovery.REPAIR,
    ),
)
