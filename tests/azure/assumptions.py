"""Every assumption, in the order in which they are tried; docs/assumptions.md is made of it."""

from tests.azure.assumption import Assumption
from tests.azure.assumptions_app import APP
from tests.azure.assumptions_cluster import CLUSTERS, FAILURES
from tests.azure.assumptions_edge import FRONT_DOOR, IN_USE, RESOURCE_MANAGER
from tests.azure.assumptions_encryption import ENCRYPTION, PRIVATE_LINK
from tests.azure.assumptions_registry import REGISTRIES

SECTIONS: tuple[tuple[str, tuple[Assumption, ...]], ...] = (
    ("Azure Resource Manager", RESOURCE_MANAGER),
    ("Front Door", FRONT_DOOR),
    ("Front Door over Private Link", PRIVATE_LINK),
    ("AKS and requests to it", CLUSTERS),
    ("Front Door: deletions", IN_USE),
    ("Keys of disks", ENCRYPTION),
    ("What fails by itself", FAILURES),
    ("Container registries", REGISTRIES),
    ("The platform of the app", APP),
)

ASSUMPTIONS = tuple(each for _, section in SECTIONS for each in section)
