"""The VM sizes that can be had in the simulated subscription."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VmSize:
    """A size; `family` is spelled as the quota API spells it, irregularities included.

    `gpus` is the number of GPUs that a node advertises: a slice of one counts as one.
    """

    name: str
    family: str
    vcpus: int
    memory_gb: int
    gpus: int = 0
    gpu_capability: int | None = None
    """What the list of sizes says instead of `gpus`."""


def _general() -> list[VmSize]:
    return [
        VmSize("Standard_B2s", "standardBSFamily", 2, 4),
        VmSize("Standard_B2ms", "standardBSFamily", 2, 8),
        VmSize("Standard_B4ms", "standardBSFamily", 4, 16),
        VmSize("Standard_DS2_v2", "standardDSv2Family", 2, 7),
        VmSize("Standard_DS3_v2", "standardDSv2Family", 4, 14),
        VmSize("Standard_D2_v2", "standardDv2Family", 2, 7),
        *_series("Standard_D{}s_v3", "standardDSv3Family", 4),
        *_series("Standard_D{}s_v5", "standardDSv5Family", 4),
        *_series("Standard_D{}ds_v5", "standardDDSv5Family", 4),
        *_series("Standard_D{}as_v5", "standardDASv5Family", 4),
        *_series("Standard_D{}ds_v6", "StandardDdsv6Family", 4),
        *_series("Standard_E{}s_v5", "standardESv5Family", 8),
    ]


def _series(name: str, family: str, memory_per_vcpu: int) -> list[VmSize]:
    return [
        VmSize(name.format(vcpus), family, vcpus, vcpus * memory_per_vcpu)
        for vcpus in (2, 4, 8, 16, 32)
    ]


def _gpu() -> list[VmSize]:
    t4, a100, h100 = (
        "Standard NCASv3_T4 Family",
        "StandardNCADSA100v4Family",
        "StandardNCadsH100v5Family",
    )
    a10 = "StandardNVADSA10v5Family"
    return [
        VmSize("Standard_NC4as_T4_v3", t4, 4, 28, 1),
        VmSize("Standard_NC8as_T4_v3", t4, 8, 56, 1),
        VmSize("Standard_NC16as_T4_v3", t4, 16, 110, 1),
        VmSize("Standard_NC64as_T4_v3", t4, 64, 440, 4),
        VmSize("Standard_NC24ads_A100_v4", a100, 24, 220, 1),
        VmSize("Standard_NC48ads_A100_v4", a100, 48, 440, 2),
        VmSize("Standard_NC96ads_A100_v4", a100, 96, 880, 4),
        VmSize("Standard_NC40ads_H100_v5", h100, 40, 320, 1),
        VmSize("Standard_NC80adis_H100_v5", h100, 80, 640, 2),
        VmSize("Standard_NV6ads_A10_v5", a10, 6, 55, 1),
        VmSize("Standard_NV12ads_A10_v5", a10, 12, 110, 1),
        VmSize("Standard_NV18ads_A10_v5", a10, 18, 220, 1),
        VmSize("Standard_NV36ads_A10_v5", a10, 36, 440, 1),
        VmSize("Standard_NV36adms_A10_v5", a10, 36, 880, 1),
        VmSize("Standard_NV72ads_A10_v5", a10, 72, 880, 2),
        *_rtx_pro_6000(),
        VmSize("Standard_ND96asr_v4", "Standard NDASv4_A100 Family", 96, 900, 8),
        VmSize("Standard_ND96amsr_A100_v4", "standard NDAMSv4_A100Family", 96, 1800, 8),
        VmSize("Standard_ND96isr_H100_v5", "standardNDSH100v5Family", 96, 1900, 8, 12),
        VmSize("Standard_ND96isr_H200_v5", "standardNDISRH200V5Family", 96, 1850, 8),
        VmSize("Standard_ND96isr_MI300X_v5", "standardNDISv5MI300XFamily", 96, 1850, 8),
    ]


def _rtx_pro_6000() -> list[VmSize]:
    """As listed in June 2026; the names with 128, 256 and 320 vCPUs have prices but no size."""
    sizes = (
        ("24lds", 24, 72, 1),
        ("36ds", 36, 132, 1),
        ("36lds", 36, 72, 1),
        ("72ds", 72, 264, 1),
        ("72lds", 72, 132, 1),
        ("144ds", 144, 516, 1),
        ("144lds", 144, 264, 1),
        ("288ds", 288, 1032, 2),
        ("288lds", 288, 516, 2),
    )
    family = "StandardNCdsRTXPRO6000BSEv6XLFamily"
    return [
        VmSize(f"Standard_NC{size}_xl_RTXPRO6000BSE_v6", family, vcpus, memory, gpus)
        for size, vcpus, memory, gpus in sizes
    ]


class VmSizes:
    """Finds sizes by name, whose case does not matter."""

    def __init__(self) -> None:
        self._by_name = {size.name.lower(): size for size in (*_general(), *_gpu())}

    def find(self, name: str) -> VmSize | None:
        return self._by_name.get(name.lower())

    def all(self) -> list[VmSize]:
        return list(self._by_name.values())

    def names(self) -> list[str]:
        return sorted(self._by_name)

    def families(self) -> list[str]:
        return sorted({size.family for size in self._by_name.values()})
