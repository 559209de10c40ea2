import pytest

from domain.environment.expected_seconds import expected_seconds
from domain.environment.operation import OperationKind


@pytest.mark.parametrize(
    ("kind", "step", "seconds"),
    [
        (OperationKind.PROVISION, "cell/westeurope/managedCluster", 287),
        (OperationKind.PROVISION, "cell/westeurope/attempt-2/managedCluster", 287),
        (OperationKind.PROVISION, "edge/route", 63),
        (OperationKind.PROVISION, "cell/westeurope/workload", None),
        (OperationKind.PROVISION, "probe", None),
        (OperationKind.UPDATE, "cell/westeurope/managedCluster", 95),
        (OperationKind.UPDATE, "cell/northeurope/removal/managedCluster", 405),
        (OperationKind.UPDATE, "cell/westeurope/gpuPoolToZero", 46),
        (OperationKind.REPAIR, "edge/route", 30),
        (OperationKind.WAKE, "cell/westeurope/gpuPool", 156),
        (OperationKind.SCALE_DOWN, "cell/westeurope/gpuPool", 46),
        (OperationKind.SCALE_DOWN, "cell/westeurope/settings", None),
        (OperationKind.DELETE, "cell/westeurope/managedCluster", 405),
    ],
)
def test_a_step_is_expected_to_take_what_such_steps_were_recorded_to_take(
    kind: OperationKind, step: str, seconds: float | None
):
    assert expected_seconds(kind, step) == seconds
