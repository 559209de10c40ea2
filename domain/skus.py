"""Azure VM sizes with NVIDIA GPUs: which exist, what they hold and which are gone."""

from dataclasses import dataclass

from domain.problems import Problem


@dataclass(frozen=True, slots=True)
class GpuSku:
    name: str
    vcpus: int
    gpus: int
    gpu_model: str
    gpu_memory_gb: int
    family: str
    series: str
    host_encryption: bool


GPU_SKUS: tuple[GpuSku, ...] = ()


def find_gpu_sku(vm_size: str) -> GpuSku | None:
    raise NotImplementedError


def check_gpu_vm_size(vm_size: str) -> Problem | None:
    raise NotImplementedError
