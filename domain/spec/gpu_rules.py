"""Rules about regions and GPU sizes: what the service allows, and what fits together."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeGuard, cast

from pydantic import BaseModel, ValidationError

from domain.catalog.gpu_skus import GpuSku, check_gpu_vm_size, find_gpu_sku, nodes_for
from domain.catalog.regions import normalise_region
from domain.problem import Problem
from domain.spec.model import GpuPoolSpec
from domain.spec.placement import Placement
from domain.spec.workload import Workload

MAX_OFFERS = 24
"""Per cell: with an hour for each, an operation ends within two days."""


def find_region_problems(
    document: dict[str, Any], allowed_regions: Sequence[str]
) -> Iterable[Problem]:
    regions, others = document.get("regions"), _of(document, "placement", "regions")
    allowed = {normalise_region(region) for region in allowed_regions}
    for target, region in list_regions(document):
        if normalise_region(region) not in allowed:
            yield Problem(
                "RegionNotAllowed",
                f"'{region}' is not an allowed region. Use one of: {', '.join(sorted(allowed))}.",
                target,
            )
    first = {normalise_region(region) for _, region in _texts(regions)}
    for index, region in _texts(others):
        if normalise_region(region) in first:
            yield Problem(
                "DuplicateRegion",
                f"'{region}' is one of `regions` already: each region has room for one cell.",
                f"placement.regions[{index}]",
            )


def list_regions(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Every region that a cell may be built in, as written, with its field."""
    sources = (
        ("regions", document.get("regions")),
        ("placement.regions", _of(document, "placement", "regions")),
    )
    return [
        (f"{name}[{index}]", region)
        for name, listed in sources
        for index, region in _texts(listed)
    ]


def find_gpu_problems(document: dict[str, Any]) -> Iterable[Problem]:
    vm_size = _of(document, "gpu", "vmSize")
    problem = check_gpu_vm_size(vm_size) if is_short_text(vm_size) else None
    if problem:
        yield problem
        return
    gpu, workload = (
        read_section(document, "gpu", GpuPoolSpec),
        read_section(document, "workload", Workload),
    )
    sku = find_gpu_sku(gpu.vm_size) if gpu else None
    if gpu and workload and sku:
        yield from _capacity_problems(
            gpu, workload, sku, "gpu.maxNodes", "workload.gpusPerReplica", "workload.cpu"
        )
    placement = read_section(document, "placement", Placement)
    if gpu and sku and placement:
        yield from _alternative_problems(gpu, workload, sku, placement)


def _capacity_problems(
    gpu: GpuPoolSpec,
    workload: Workload,
    sku: GpuSku,
    nodes_target: str,
    gpus_target: str,
    cpu_target: str,
) -> Iterable[Problem]:
    if workload.gpus_per_replica > sku.gpus:
        yield Problem(
            "TooManyGpusPerReplica",
            f"{sku.name} has {sku.gpus} GPU(s) and a replica cannot span nodes: lower "
            f"gpusPerReplica from {workload.gpus_per_replica} or choose a larger vmSize.",
            gpus_target,
        )
        return
    if workload.cpu and read_vcpus(workload.cpu) >= sku.vcpus:
        yield Problem(
            "TooManyCpusPerReplica",
            f"{sku.name} has {sku.vcpus} vCPUs, of which Kubernetes reserves some: lower cpu from "
            f"{workload.cpu} or choose a larger vmSize.",
            cpu_target,
        )
    replicas = workload.most_replicas
    needed = nodes_for(sku.gpus, workload.gpus_per_replica, replicas)
    if needed > gpu.max_nodes:
        yield Problem(
            "NotEnoughNodes",
            f"{replicas} replica(s) with {workload.gpus_per_replica} GPU(s) each need "
            f"{needed} nodes of {sku.name}: raise maxNodes from {gpu.max_nodes} to {needed} "
            f"or lower {'autoscale.max' if workload.autoscale else 'replicas'}.",
            nodes_target,
        )


def find_replica_problems(document: dict[str, Any]) -> Iterable[Problem]:
    """Of two fields that say how many there are."""
    workload = read_section(document, "workload", Workload)
    if workload is None or workload.autoscale is None:
        return
    least = workload.autoscale.min
    if "replicas" in workload.model_fields_set and workload.replicas != least:
        yield Problem(
            "InvalidValue",
            f"autoscale.min says {least}: leave replicas out, or write the same number.",
            "workload.replicas",
        )


def read_vcpus(quantity: str) -> float:
    """Of a Kubernetes quantity: `2` or `1500m`."""
    return float(quantity[:-1]) / 1000 if quantity.endswith("m") else float(quantity)


def _alternative_problems(
    gpu: GpuPoolSpec, workload: Workload | None, first: GpuSku, placement: Placement
) -> Iterable[Problem]:
    for index, vm_size in enumerate(placement.vm_sizes):
        target = f"placement.vmSizes[{index}]"
        problem, sku = check_gpu_vm_size(vm_size, target), find_gpu_sku(vm_size)
        if problem or sku is None:
            yield from [problem] if problem else []
        elif sku == first:
            yield Problem("DuplicateVmSize", f"{sku.name} is gpu.vmSize already.", target)
        elif sku.gpu_memory_gb < first.gpu_memory_gb:
            yield Problem(
                "LessGpuMemory",
                f"{sku.name} has {sku.gpu_memory_gb} GB per GPU, {first.name} has "
                f"{first.gpu_memory_gb} GB: use sizes with at least as much.",
                target,
            )
        elif workload:
            yield from _capacity_problems(gpu, workload, sku, target, target, target)
    if placement.regular_if_no_spot and not gpu.spot:
        yield Problem(
            "NeedsSpot",
            "The pool is regular already: remove regularIfNoSpot, or set gpu.spot to true.",
            "placement.regularIfNoSpot",
        )
    offers = _count_offers(placement)
    if offers > MAX_OFFERS:
        yield Problem(
            "TooManyOffers",
            f"These alternatives make up to {offers} offers for a cell: shorten its lists to at "
            f"most {MAX_OFFERS}.",
            "placement",
        )


def _count_offers(placement: Placement) -> int:
    lists = (placement.zones, placement.vm_sizes, placement.regions)
    zones, sizes, regions = (len(each) + 1 for each in lists)
    return zones * sizes * regions * (2 if placement.regular_if_no_spot else 1)


def read_section[Section: BaseModel](
    document: dict[str, Any], name: str, model: type[Section]
) -> Section | None:
    """None if the model refuses it, which is reported field by field."""
    try:
        return model.model_validate(document.get(name))
    except ValidationError:
        return None


def is_short_text(value: object) -> TypeGuard[str]:
    """Worth checking; the model refuses blank and overlong values by pattern or length."""
    return isinstance(value, str) and 0 < len(value.strip()) <= 64


def _of(document: dict[str, Any], section: str, field: str) -> object:
    found: object = document.get(section)
    return cast("dict[str, Any]", found).get(field) if isinstance(found, dict) else None


def _texts(value: object) -> list[tuple[int, str]]:
    listed = cast("list[object]", value) if isinstance(value, list) else []
    return [(index, each) for index, each in enumerate(listed) if is_short_text(each)]
