"""Sizes with NVIDIA GPUs are taken, everything else is refused with what to use instead."""

import pytest

from domain.catalog.gpu_skus import GPU_SKUS, check_gpu_vm_size, find_gpu_sku, nodes_for


@pytest.mark.parametrize("sku", GPU_SKUS, ids=lambda sku: sku.name)
def test_every_listed_size_passes(sku) -> None:
    assert check_gpu_vm_size(sku.name) is None
    assert sku.gpus >= 1
    assert sku.vcpus >= 4


def test_names_are_unique() -> None:
    assert len({sku.name.lower() for sku in GPU_SKUS}) == len(GPU_SKUS)


@pytest.mark.parametrize(
    "written",
    ["standard_nc24ads_a100_v4", "STANDARD_NC24ADS_A100_V4", " Standard_NC24ads_A100_v4 "],
    ids=["lower case", "upper case", "spaces around"],
)
def test_a_size_is_found_however_it_is_written(written: str) -> None:
    sku = find_gpu_sku(written)
    assert sku is not None
    assert sku.name == "Standard_NC24ads_A100_v4"
    assert (sku.vcpus, sku.gpus, sku.gpu_memory_gb) == (24, 1, 80)
    assert sku.family == "StandardNCADSA100v4Family"


def test_a_partitioned_a10_counts_as_one_gpu_with_less_memory() -> None:
    sku = find_gpu_sku("Standard_NV6ads_A10_v5")
    assert sku is not None
    assert (sku.gpus, sku.gpu_memory_gb, sku.partitioned) == (1, 4, True)


@pytest.mark.parametrize(
    ("size", "facts"),
    [
        pytest.param("NC24lds", (24, 72, 1, 24, True), id="a quarter"),
        pytest.param("NC72ds", (72, 264, 1, 48, True), id="a half"),
        pytest.param("NC144lds", (144, 264, 1, 96, False), id="one"),
        pytest.param("NC288ds", (288, 1032, 2, 96, False), id="two"),
    ],
)
def test_the_rtx_pro_6000_comes_in_slices_and_as_a_whole(size: str, facts) -> None:
    sku = find_gpu_sku(f"Standard_{size}_xl_RTXPRO6000BSE_v6")
    assert sku is not None
    assert sku.family == "StandardNCdsRTXPRO6000BSEv6XLFamily"
    assert (sku.vcpus, sku.memory_gb, sku.gpus, sku.gpu_memory_gb, sku.partitioned) == facts


def test_a_name_that_has_only_a_price_is_no_size() -> None:
    problem = check_gpu_vm_size("Standard_NC128ds_xl_RTXPRO6000BSE_v6")
    assert problem is not None
    assert problem.code == "UnsupportedVmSize"


@pytest.mark.parametrize(
    ("vm_size", "code", "hints"),
    [
        pytest.param(
            "Standard_D16s_v5",
            "NotAGpuVmSize",
            ["Standard_NC16as_T4_v3 (16 vCPUs", "Standard_NC24ads_A100_v4"],
            id="a CPU size gets the GPU sizes nearest by vCPUs",
        ),
        pytest.param("Standard_E96ads_v5", "NotAGpuVmSize", ["_NC96ads"], id="a large CPU size"),
        pytest.param("Standard_NP10s", "NotAGpuVmSize", ["NVIDIA"], id="an FPGA size"),
        pytest.param("Basic_A0", "NotAGpuVmSize", ["Standard_NC4as_T4_v3"], id="an old size"),
        pytest.param("A100", "NotAGpuVmSize", ["Standard_"], id="a GPU instead of a size"),
        pytest.param(
            "Standard_NC6s_v3",
            "RetiredVmSize",
            ["NCv3", "2025-09-30", "Standard_NC40ads_H100_v5", "Standard_NC4as_T4_v3"],
            id="the size of every older guide",
        ),
        pytest.param("standard_nc24RS_v3", "RetiredVmSize", ["NCv3"], id="NCv3 with RDMA"),
        pytest.param("Standard_NC6", "RetiredVmSize", ["NC ", "2023-09-06"], id="NC"),
        pytest.param("Standard_NC24r_Promo", "RetiredVmSize", ["NC "], id="NC promotional"),
        pytest.param("Standard_NC12s_v2", "RetiredVmSize", ["NCv2", "2023-09-06"], id="NCv2"),
        pytest.param("Standard_ND24rs", "RetiredVmSize", ["ND ", "2023-09-06"], id="ND"),
        pytest.param("Standard_NV12", "RetiredVmSize", ["NV ", "2023-09-06"], id="NV"),
        pytest.param("Standard_NV48s_v3", "RetiredVmSize", ["NVv3", "2026-09-30"], id="NVv3"),
        pytest.param("Standard_NV32as_v4", "RetiredVmSize", ["NVv4", "2026-09-30"], id="NVv4"),
        pytest.param(
            "Standard_NC24ads_A100_v5",
            "UnsupportedVmSize",
            ["Standard_NC24ads_A100_v4"],
            id="a typing error in the version",
        ),
        pytest.param(
            "NC24ads_A100_v4",
            "UnsupportedVmSize",
            ["Standard_NC24ads_A100_v4"],
            id="the prefix left out",
        ),
        pytest.param("Standard_NC", "UnsupportedVmSize", ["Standard_NC"], id="only the family"),
        pytest.param("Standard_NZ1", "NotAGpuVmSize", ["Standard_"], id="no such family"),
        pytest.param(
            "Standard_ND96isr_MI300X_v5", "UnsupportedVmSize", ["AMD"], id="AMD Instinct"
        ),
        pytest.param("Standard_NV4ads_V710_v5", "UnsupportedVmSize", ["AMD"], id="AMD Radeon"),
    ],
)
def test_a_size_is_refused_with_what_to_use_instead(
    vm_size: str, code: str, hints: list[str]
) -> None:
    problem = check_gpu_vm_size(vm_size)
    assert problem is not None
    assert (problem.code, problem.target) == (code, "gpu.vmSize")
    assert vm_size in problem.message
    for hint in hints:
        assert hint in problem.message


@pytest.mark.parametrize(
    ("vm_size", "message"),
    [
        pytest.param(
            "Standard_NV12",
            "Standard_NV12 belongs to the NV series, which was retired on 2023-09-06. Use a "
            "successor: Standard_NV36ads_A10_v5, Standard_NC4as_T4_v3.",
            id="retired",
        ),
        pytest.param(
            "Basic_A0",
            "Basic_A0 is not a GPU VM size. Nearest with NVIDIA GPUs: Standard_NC4as_T4_v3 "
            "(4 vCPUs, 1 x T4 16 GB), Standard_NC8as_T4_v3 (8 vCPUs, 1 x T4 16 GB), "
            "Standard_NC16as_T4_v3 (16 vCPUs, 1 x T4 16 GB).",
            id="no GPUs",
        ),
        pytest.param(
            "Standard_NV4ads_V710_v5",
            "Standard_NV4ads_V710_v5 has AMD GPUs, which do not provide nvidia.com/gpu. Use"
            " a size with NVIDIA GPUs such as Standard_NC4as_T4_v3, Standard_NC8as_T4_v3, "
            "Standard_NC16as_T4_v3.",
            id="AMD",
        ),
        pytest.param(
            "Standard_NVxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "Standard_NVxxxxxxxxxxxxxxxxxxxxxxxxxxxx is not a supported GPU VM size. Closest: "
            "Standard_NC4as_T4_v3 (4 vCPUs, 1 x T4 16 GB), Standard_NC8as_T4_v3 (8 vCPUs, 1 x T4 "
            "16 GB), Standard_NC16as_T4_v3 (16 vCPUs, 1 x T4 16 GB).",
            id="close to none",
        ),
        pytest.param(
            "Standard_NC24ads_A100_v5",
            "Standard_NC24ads_A100_v5 is not a supported GPU VM size. Closest: "
            "Standard_NC24ads_A100_v4 (24 vCPUs, 1 x A100 80 GB), Standard_NC48ads_A100_v4 "
            "(48 vCPUs, 2 x A100 80 GB), Standard_NC40ads_H100_v5 (40 vCPUs, 1 x H100 NVL "
            "94 GB).",
            id="close to three",
        ),
    ],
)
def test_a_refusal_reads_as_a_sentence_with_the_facts_of_each_size(vm_size, message) -> None:
    problem = check_gpu_vm_size(vm_size)
    assert problem is not None
    assert problem.message == message


@pytest.mark.parametrize(
    ("vm_size", "facts"),
    [
        (
            "Standard_NC4as_T4_v3",
            (4, 28, 1, "T4", 16, "Standard NCASv3_T4 Family", "NCasT4_v3", True),
        ),
        (
            "Standard_NC96ads_A100_v4",
            (96, 880, 4, "A100", 80, "StandardNCADSA100v4Family", "NC_A100_v4", True),
        ),
        (
            "Standard_NC40ads_H100_v5",
            (40, 320, 1, "H100 NVL", 94, "StandardNCadsH100v5Family", "NCads_H100_v5", False),
        ),
        (
            "Standard_NV36ads_A10_v5",
            (36, 440, 1, "A10", 24, "StandardNVADSA10v5Family", "NVadsA10_v5", False),
        ),
        (
            "Standard_ND96isr_H200_v5",
            (96, 1850, 8, "H200", 141, "standardNDISRH200V5Family", "ND_H200_v5", False),
        ),
    ],
)
def test_one_size_of_each_series_is_as_azure_describes_it(vm_size, facts) -> None:
    sku = find_gpu_sku(vm_size)
    assert sku is not None
    found = (sku.vcpus, sku.memory_gb, sku.gpus, sku.gpu_model, sku.gpu_memory_gb, sku.family)
    assert (*found, sku.series, sku.host_encryption) == facts
    assert not sku.partitioned


def test_partitioned_gpus_are_never_suggested() -> None:
    problem = check_gpu_vm_size("Standard_D18s_v5")
    assert problem is not None
    assert "A10_v5" not in problem.message


@pytest.mark.parametrize(
    ("gpus_per_node", "gpus_per_replica", "replicas", "nodes"),
    [
        pytest.param(1, 1, 0, 0, id="no replica needs no node"),
        pytest.param(1, 1, 3, 3, id="one replica a node"),
        pytest.param(4, 1, 4, 1, id="four replicas share a node"),
        pytest.param(4, 1, 5, 2, id="the fifth needs another node"),
        pytest.param(4, 3, 2, 2, id="three of four GPUs leave one that no replica can use"),
        pytest.param(4, 3, 8, 8, id="nor do three GPUs that are left on three nodes"),
        pytest.param(1, 2, 2, 2, id="a replica that does not fit is not divided by zero"),
    ],
)
def test_nodes_hold_whole_replicas(
    gpus_per_node: int, gpus_per_replica: int, replicas: int, nodes: int
) -> None:
    assert nodes_for(gpus_per_node, gpus_per_replica, replicas) == nodes
