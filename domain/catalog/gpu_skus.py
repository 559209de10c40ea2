"""Azure VM sizes with NVIDIA GPUs: those supported, and the retired series with successors."""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from domain.problem import Problem

DEFAULT_TARGET = "gpu.vmSize"
SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class GpuSku:
    """One VM size.

    `gpus`: what a node advertises as nvidia.com/gpu; a partitioned GPU counts as one with less
    memory. `gpu_memory_gb`: per GPU. `memory_gb`: of the machine. `family`: name of the vCPU
    quota, as Azure spells it.
    """

    name: str
    vcpus: int
    memory_gb: int
    gpus: int
    gpu_model: str
    gpu_memory_gb: int
    family: str
    series: str
    host_encryption: bool = False
    """Only where the capability EncryptionAtHostSupported was observed: a request for it on any
    other size fails the creation of the whole cluster."""
    partitioned: bool = False

    @property
    def has_bfloat16(self) -> bool:
        """From compute capability 8.0; a T4 has 7.5. vLLM refuses to load most models without."""
        return self.gpu_model != "T4"


def _t4(name: str, vcpus: int, memory: int, gpus: int) -> GpuSku:
    family = "Standard NCASv3_T4 Family"
    return GpuSku(name, vcpus, memory, gpus, "T4", 16, family, "NCasT4_v3", host_encryption=True)


def _a100(name: str, vcpus: int, memory: int, gpus: int) -> GpuSku:
    family, series = "StandardNCADSA100v4Family", "NC_A100_v4"
    return GpuSku(name, vcpus, memory, gpus, "A100", 80, family, series, host_encryption=True)


def _h100(name: str, vcpus: int, memory: int, gpus: int) -> GpuSku:
    family = "StandardNCadsH100v5Family"
    return GpuSku(name, vcpus, memory, gpus, "H100 NVL", 94, family, "NCads_H100_v5")


def _a10(name: str, vcpus: int, memory: int, gpus: int, gpu_memory: int) -> GpuSku:
    family, part = "StandardNVADSA10v5Family", gpu_memory < 24
    return GpuSku(
        name, vcpus, memory, gpus, "A10", gpu_memory, family, "NVadsA10_v5", partitioned=part
    )


def _rtx(size: str, vcpus: int, memory: int, gpus: int, gpu_memory: int) -> GpuSku:
    name, series = f"Standard_{size}_xl_RTXPRO6000BSE_v6", "NC_RTXPRO6000BSE_v6"
    family, part = "StandardNCdsRTXPRO6000BSEv6XLFamily", gpu_memory < 96
    return GpuSku(
        name, vcpus, memory, gpus, "RTX PRO 6000", gpu_memory, family, series, partitioned=part
    )


def _nd(
    name: str, memory: int, gpu_model: str, gpu_memory: int, family: str, series: str
) -> GpuSku:
    return GpuSku(name, 96, memory, 8, gpu_model, gpu_memory, family, series)


GPU_SKUS: tuple[GpuSku, ...] = (
    _t4("Standard_NC4as_T4_v3", 4, 28, 1),
    _t4("Standard_NC8as_T4_v3", 8, 56, 1),
    _t4("Standard_NC16as_T4_v3", 16, 110, 1),
    _t4("Standard_NC64as_T4_v3", 64, 440, 4),
    _a100("Standard_NC24ads_A100_v4", 24, 220, 1),
    _a100("Standard_NC48ads_A100_v4", 48, 440, 2),
    _a100("Standard_NC96ads_A100_v4", 96, 880, 4),
    _h100("Standard_NC40ads_H100_v5", 40, 320, 1),
    _h100("Standard_NC80adis_H100_v5", 80, 640, 2),
    _rtx("NC24lds", 24, 72, 1, 24),
    _rtx("NC36ds", 36, 132, 1, 24),
    _rtx("NC36lds", 36, 72, 1, 24),
    _rtx("NC72ds", 72, 264, 1, 48),
    _rtx("NC72lds", 72, 132, 1, 48),
    _rtx("NC144ds", 144, 516, 1, 96),
    _rtx("NC144lds", 144, 264, 1, 96),
    _rtx("NC288ds", 288, 1032, 2, 96),
    _rtx("NC288lds", 288, 516, 2, 96),
    _a10("Standard_NV6ads_A10_v5", 6, 55, 1, 4),
    _a10("Standard_NV12ads_A10_v5", 12, 110, 1, 8),
    _a10("Standard_NV18ads_A10_v5", 18, 220, 1, 12),
    _a10("Standard_NV36ads_A10_v5", 36, 440, 1, 24),
    _a10("Standard_NV36adms_A10_v5", 36, 880, 1, 24),
    _a10("Standard_NV72ads_A10_v5", 72, 880, 2, 24),
    _nd("Standard_ND96asr_v4", 900, "A100", 40, "Standard NDASv4_A100 Family", "NDasrA100_v4"),
    _nd(
        "Standard_ND96amsr_A100_v4", 1800, "A100", 80, "standard NDAMSv4_A100Family", "NDm_A100_v4"
    ),
    _nd("Standard_ND96isr_H100_v5", 1900, "H100", 80, "standardNDSH100v5Family", "ND_H100_v5"),
    _nd("Standard_ND96isr_H200_v5", 1850, "H200", 141, "standardNDISRH200V5Family", "ND_H200_v5"),
)
"""Of the two sets of names that the RTX PRO 6000 has had, only the one of June 2026 is in Azure's
list of sizes; prices exist for both."""


@dataclass(frozen=True, slots=True)
class RetiredSeries:
    """A series that Azure has retired. `retired_on`: ISO date. `successors`: VM sizes."""

    name: str
    pattern: re.Pattern[str]
    retired_on: str
    successors: tuple[str, ...]


def _retired(name: str, pattern: str, retired_on: str, *successors: str) -> RetiredSeries:
    full = rf"standard_{pattern}(_promo)?"
    return RetiredSeries(name, re.compile(full), retired_on, successors)


_COMPUTE_SUCCESSORS = (
    "Standard_NC4as_T4_v3",
    "Standard_NC24ads_A100_v4",
    "Standard_NC40ads_H100_v5",
)
_VISUAL_SUCCESSORS = ("Standard_NV36ads_A10_v5", "Standard_NC4as_T4_v3")

RETIRED_SERIES: tuple[RetiredSeries, ...] = (
    _retired("NC", r"nc\d+r?", "2023-09-06", *_COMPUTE_SUCCESSORS),
    _retired("NCv2", r"nc\d+r?s_v2", "2023-09-06", *_COMPUTE_SUCCESSORS),
    _retired("NCv3", r"nc\d+r?s_v3", "2025-09-30", *_COMPUTE_SUCCESSORS),
    _retired("ND", r"nd\d+r?s", "2023-09-06", *_COMPUTE_SUCCESSORS),
    _retired("NV", r"nv\d+", "2023-09-06", *_VISUAL_SUCCESSORS),
    _retired("NVv3", r"nv\d+s_v3", "2026-09-30", *_VISUAL_SUCCESSORS),
    _retired("NVv4", r"nv\d+as_v4", "2026-09-30", *_VISUAL_SUCCESSORS),
)

_AMD = re.compile(r"mi300x|v710|v620")
_GPU_SERIES = re.compile(r"standard_n[cdgv]")
_VCPUS = re.compile(r"standard_[a-z]+(\d+)")
_BY_NAME = {sku.name.lower(): sku for sku in GPU_SKUS}


def find_gpu_sku(vm_size: str) -> GpuSku | None:
    """The size in its canonical spelling, matched case-insensitively; None if unsupported."""
    return _BY_NAME.get(vm_size.strip().lower())


def check_gpu_vm_size(vm_size: str, target: str = DEFAULT_TARGET) -> Problem | None:
    """Why a GPU pool cannot use this size, with alternatives; None if it can."""
    size = vm_size.strip().lower()
    if size in _BY_NAME:
        return None
    retired = next((s for s in RETIRED_SERIES if s.pattern.fullmatch(size)), None)
    if retired:
        return Problem("RetiredVmSize", _retired_message(vm_size, retired), target)
    if not _GPU_SERIES.match(size) and not _BY_NAME.get(f"standard_{size}"):
        return Problem("NotAGpuVmSize", _not_gpu_message(vm_size, size), target)
    return Problem("UnsupportedVmSize", _unsupported_message(vm_size, size), target)


def nodes_for(gpus_per_node: int, gpus_per_replica: int, replicas: int) -> int:
    """Nodes needed for the replicas; a replica never spans two nodes."""
    replicas_per_node = max(1, gpus_per_node // gpus_per_replica)
    return -(-replicas // replicas_per_node)


def list_gpu_counts(most: int) -> tuple[int, ...]:
    """Numbers of GPUs that a replica may have: powers of two, by which heads can be divided."""
    return tuple(2**power for power in range(most.bit_length()))


def _retired_message(vm_size: str, series: RetiredSeries) -> str:
    return (
        f"{vm_size} belongs to the {series.name} series, which was retired on "
        f"{series.retired_on}. Use a successor: {', '.join(series.successors)}."
    )


def _not_gpu_message(vm_size: str, size: str) -> str:
    found = _VCPUS.match(size)
    nearest = _nearest_by_vcpus(int(found.group(1)) if found else 0)
    return f"{vm_size} is not a GPU VM size. Nearest with NVIDIA GPUs: {_list_skus(nearest)}."


def _unsupported_message(vm_size: str, size: str) -> str:
    if _AMD.search(size):
        examples = ", ".join(sku.name for sku in _nearest_by_vcpus(0))
        return (
            f"{vm_size} has AMD GPUs, which do not provide nvidia.com/gpu. "
            f"Use a size with NVIDIA GPUs such as {examples}."
        )
    close = get_close_matches(size, _BY_NAME, n=SUGGESTIONS, cutoff=0.6)
    return f"{vm_size} is not a supported GPU VM size. Closest: {_list_skus(_skus(close))}."


def _skus(names: list[str]) -> list[GpuSku]:
    return [_BY_NAME[name] for name in names] or _nearest_by_vcpus(0)


def _nearest_by_vcpus(vcpus: int) -> list[GpuSku]:
    unpartitioned = (sku for sku in GPU_SKUS if not sku.partitioned)
    return sorted(unpartitioned, key=lambda sku: abs(sku.vcpus - vcpus))[:SUGGESTIONS]


def _list_skus(skus: list[GpuSku]) -> str:
    return ", ".join(
        f"{sku.name} ({sku.vcpus} vCPUs, {sku.gpus} x {sku.gpu_model} {sku.gpu_memory_gb} GB)"
        for sku in skus
    )
