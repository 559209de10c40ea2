"""The capabilities of VM sizes, whose values are always texts.

All of them were recorded of two sizes (southcentralus, June 2025). Others have those that follow
from what is known of the size.
"""

from emulators.azure.compute.vm_sizes import VmSize

_NAMES = (
    "MaxResourceVolumeMB",
    "OSVhdSizeMB",
    "vCPUs",
    "MemoryPreservingMaintenanceSupported",
    "HyperVGenerations",
    "SupportedEphemeralOSDiskPlacements",
    "MemoryGB",
    "MaxDataDiskCount",
    "CpuArchitectureType",
    "LowPriorityCapable",
    "PremiumIO",
    "VMDeploymentTypes",
    "vCPUsAvailable",
    "GPUs",
    "vCPUsPerCore",
    "CombinedTempDiskAndCachedIOPS",
    "CombinedTempDiskAndCachedReadBytesPerSecond",
    "CombinedTempDiskAndCachedWriteBytesPerSecond",
    "CachedDiskBytes",
    "UncachedDiskIOPS",
    "UncachedDiskBytesPerSecond",
    "NvmeDiskSizeInMiB",
    "NvmeSizePerDiskInMiB",
    "EphemeralOSDiskSupported",
    "EncryptionAtHostSupported",
    "CapacityReservationSupported",
    "AcceleratedNetworkingEnabled",
    "RdmaEnabled",
    "MaxNetworkInterfaces",
    "UltraSSDAvailable",
)
"""In the order of the recording."""

_T4 = {
    "MaxResourceVolumeMB": "360448",
    "MaxDataDiskCount": "32",
    "CombinedTempDiskAndCachedIOPS": "32000",
    "CombinedTempDiskAndCachedReadBytesPerSecond": "503316480",
    "CombinedTempDiskAndCachedWriteBytesPerSecond": "503316480",
    "CachedDiskBytes": "154618822656",
    "UncachedDiskIOPS": "48000",
    "UncachedDiskBytesPerSecond": "737280000",
    "MaxNetworkInterfaces": "8",
}
_A100 = {
    "MaxResourceVolumeMB": "65536",
    "MaxDataDiskCount": "8",
    "CombinedTempDiskAndCachedIOPS": "32000",
    "CombinedTempDiskAndCachedReadBytesPerSecond": "256000000",
    "CombinedTempDiskAndCachedWriteBytesPerSecond": "256000000",
    "CachedDiskBytes": "274877906944",
    "UncachedDiskIOPS": "30000",
    "UncachedDiskBytesPerSecond": "1024000000",
    "NvmeDiskSizeInMiB": "915527",
    "NvmeSizePerDiskInMiB": "915527",
    "MaxNetworkInterfaces": "2",
}
_OF_BOTH = {
    "OSVhdSizeMB": "1047552",
    "MemoryPreservingMaintenanceSupported": "False",
    "SupportedEphemeralOSDiskPlacements": "ResourceDisk,CacheDisk",
    "vCPUsPerCore": "1",
    "EphemeralOSDiskSupported": "True",
    "CapacityReservationSupported": "False",
    "RdmaEnabled": "False",
    "UltraSSDAvailable": "True",
}
_RECORDED = {
    "Standard_NC16as_T4_v3": _OF_BOTH | _T4,
    "Standard_NC24ads_A100_v4": _OF_BOTH | _A100,
}
_BOTH_GENERATIONS = ("_T4_v3", "_A10_v5")


def capabilities(size: VmSize) -> list[dict[str, str]]:
    values = _RECORDED.get(size.name, {}) | _of(size)
    return [{"name": name, "value": values[name]} for name in _NAMES if name in values]


def _of(size: VmSize) -> dict[str, str]:
    old = not size.gpus or size.name.endswith(_BOTH_GENERATIONS)
    values = {
        "vCPUs": str(size.vcpus),
        "HyperVGenerations": "V1,V2" if old else "V2",
        "MemoryGB": str(size.memory_gb),
        "CpuArchitectureType": "x64",
        "LowPriorityCapable": "True",
        "PremiumIO": "True",
        "VMDeploymentTypes": "IaaS",
        "vCPUsAvailable": str(size.vcpus),
        "EncryptionAtHostSupported": "True",
        "AcceleratedNetworkingEnabled": "True",
    }
    if size.gpus:
        values["GPUs"] = str(size.gpu_capability or size.gpus)
    return values
