"""Azure has no machines for an environment whose cell has alternatives."""

from domain.environment.operation import OperationKind
from tests.faults.answers import CLUSTER, answer
from tests.faults.row import fails, passes

SMALL, MEDIUM, LARGE, QUAD = (f"Standard_NC{vcpus}as_T4_v3" for vcpus in (4, 8, 16, 64))
WEST, NORTH = "westeurope", "northeurope"
LOCKED = "The scope cannot perform delete operation because following scope(s) are locked."

PLACEMENT_ROWS = (
    fails(
        OperationKind.PROVISION,
        "all-offers-refused",
        "cell/managedCluster",
        "No machines of the size: neither in the region nor in a zone, nor in the other region",
        spec={"gpu": {"vmSize": SMALL}, "placement": {"zones": ["2"], "regions": [NORTH]}},
        shortages=tuple({"region": region, "vmSize": SMALL} for region in (WEST, NORTH)),
        reason="ZonalAllocationFailed",
        says=f"Azure refused every offer that was tried: {SMALL} (regular) in {WEST}: "
        f"AllocationFailed; {SMALL} (regular) in {WEST}, zone 2: ZonalAllocationFailed; "
        f"{SMALL} (regular) in {NORTH}: AllocationFailed; {SMALL} (regular) in {NORTH}, zone 2: "
        "ZonalAllocationFailed",
        region=NORTH,
    ),
    fails(
        OperationKind.PROVISION,
        "old-cell-locked",
        "cell/removal/managedCluster",
        "No machines in the region, and DELETE of the cluster there: 409 ScopeLocked",
        answer("DELETE", CLUSTER, 409, "ScopeLocked", LOCKED),
        spec={"gpu": {"vmSize": MEDIUM}, "placement": {"regions": [NORTH]}},
        shortages=({"region": WEST, "vmSize": MEDIUM},),
        machines_return=False,
        reason="ResourceLocked",
        says="are locked",
        recovered_region=NORTH,
    ),
    passes(
        OperationKind.WAKE,
        "wake-with-another-size",
        "cell/gpuPool",
        "No machines of the size; the next size is there",
        spec={"gpu": {"vmSize": LARGE}, "placement": {"vmSizes": [QUAD]}},
        node_usd=5.44,
        shortages=({"region": WEST, "vmSize": LARGE},),
        machines_return=False,
    ),
)
