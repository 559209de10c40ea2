"""The tables of the product against the catalogue of simulated Azure: they share nothing."""

import pytest

from domain.arm.managed_cluster import SYSTEM_VM_SIZE
from domain.catalog.gpu_skus import GPU_SKUS
from emulators.azure.compute.vm_sizes import VmSizes


@pytest.mark.parametrize("sku", GPU_SKUS, ids=lambda sku: sku.name)
def test_a_size_of_the_fallback_is_the_one_that_azure_offers(sku) -> None:
    size = VmSizes().find(sku.name)
    assert size is not None
    assert (size.name, size.family) == (sku.name, sku.family)
    assert (size.vcpus, size.memory_gb, size.gpus) == (sku.vcpus, sku.memory_gb, sku.gpus)


def test_every_size_with_nvidia_gpus_that_azure_offers_is_in_the_fallback() -> None:
    offered = {size.name for size in VmSizes().all() if size.gpus and "MI300X" not in size.name}
    assert offered == {sku.name for sku in GPU_SKUS}


def test_azure_offers_the_size_of_system_pools() -> None:
    assert VmSizes().find(SYSTEM_VM_SIZE)
