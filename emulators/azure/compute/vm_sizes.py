"""The VM sizes that can be had in the simulated subscription."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VmSize:
    """A size; `family` is spelled as the quota API spells it, irregularities included.

    `gpus` is the number of GPUs that a node advertises: a slice of an A10 counts as one.
    """

    name: str
    family: str
    vcpus: int
    gpus: int = 0


def _general() -> list[VmSize]:
    return [
        VmSize("Standard_B2s", "standardBSFamily", 2),
        VmSize("Standard_B2ms", "standardBSFamily", 2),
        VmSize("Standard_B4ms", "standardBSFamily", 4),
        VmSize("Standard_DS2_v2", "standardDSv2Family", 2),
        VmSize("Standard_DS3_v2", "standardDSv2Family", 4),
        VmSize("Standard_D2_v2", "standardDv2Family", 2),
        *(VmSize(f"Standard_D{n}s_v3", "standardDSv3Family", n) for n in (2, 4, 8, 16, 32)),
        *(VmSize(f"Standard_D{n}s_v5", "standardDSv5Family", n) for n in (2, 4, 8, 16, 32)),
        *(VmSize(f"Standard_D{n}ds_v5", "standardDDSv5Family", n) for n in (2, 4, 8, 16, 32)),
        *(VmSize(f"Standard_D{n}as_v5", "standardDASv5Family", n) for n in (2, 4, 8, 16, 32)),
        *(VmSize(f"Standard_D{n}ds_v6", "StandardDdsv6Family", n) for n in (2, 4, 8, 16, 32)),
        *(VmSize(f"Standard_E{n}s_v5", "standardESv5Family", n) for n in (2, 4, 8, 16, 32)),
    ]


def _gpu() -> list[VmSize]:
    t4, a100, h100 = (
        "Standard NCASv3_T4 Family",
        "StandardNCADSA100v4Family",
        "StandardNCadsH100v5Family",
    )
    a10 = "StandardNVADSA10v5Family"
    rtx = "standardNCDSXLRTXPRO6000BSEv6Family"
    return [
        VmSize("Standard_NC4as_T4_v3", t4, 4, 1),
        VmSize("Standard_NC8as_T4_v3", t4, 8, 1),
        VmSize("Standard_NC16as_T4_v3", t4, 16, 1),
        VmSize("Standard_NC64as_T4_v3", t4, 64, 4),
        VmSize("Standard_NC24ads_A100_v4", a100, 24, 1),
        VmSize("Standard_NC48ads_A100_v4", a100, 48, 2),
        VmSize("Standard_NC96ads_A100_v4", a100, 96, 4),
        VmSize("Standard_NC40ads_H100_v5", h100, 40, 1),
        VmSize("Standard_NC80adis_H100_v5", h100, 80, 2),
        VmSize("Standard_NV6ads_A10_v5", a10, 6, 1),
        VmSize("Standard_NV12ads_A10_v5", a10, 12, 1),
        VmSize("Standard_NV18ads_A10_v5", a10, 18, 1),
        VmSize("Standard_NV36ads_A10_v5", a10, 36, 1),
        VmSize("Standard_NV36adms_A10_v5", a10, 36, 1),
        VmSize("Standard_NV72ads_A10_v5", a10, 72, 2),
        VmSize("Standard_NC128ds_xl_RTXPRO6000BSE_v6", rtx, 128, 1),
        VmSize("Standard_NC256ds_xl_RTXPRO6000BSE_v6", rtx, 256, 2),
        VmSize("Standard_NC320ds_xl_RTXPRO6000BSE_v6", rtx, 320, 2),
        VmSize("Standard_ND96asr_v4", "Standard NDASv4_A100 Family", 96, 8),
        VmSize("Standard_ND96amsr_A100_v4", "standard NDAMSv4_A100Family", 96, 8),
        VmSize("Standard_ND96isr_H100_v5", "standardNDSH100v5Family", 96, 8),
        VmSize("Standard_ND96isr_H200_v5", "standardNDSH200v5Family", 96, 8),
        VmSize("Standard_ND96isr_MI300X_v5", "standardNDISv5MI300XFamily", 96, 8),
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
