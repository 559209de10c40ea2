"""All rows of the fault matrix."""

from tests.faults.rows_azure import AZURE_ROWS
from tests.faults.rows_by_hand import BY_HAND_ROWS
from tests.faults.rows_cluster import CLUSTER_ROWS
from tests.faults.rows_delete import DELETE_ROWS
from tests.faults.rows_edge import EDGE_ROWS
from tests.faults.rows_placement import PLACEMENT_ROWS
from tests.faults.rows_refused import REFUSED_ROWS
from tests.faults.rows_repair import REPAIR_ROWS
from tests.faults.rows_sleep import SLEEP_ROWS
from tests.faults.rows_update import UPDATE_ROWS

ROWS = (
    *AZURE_ROWS,
    *REFUSED_ROWS,
    *EDGE_ROWS,
    *CLUSTER_ROWS,
    *UPDATE_ROWS,
    *REPAIR_ROWS,
    *SLEEP_ROWS,
    *DELETE_ROWS,
    *BY_HAND_ROWS,
    *PLACEMENT_ROWS,
)
