"""How long AKS takes, as recorded: from start to end of each kind of operation."""

from emulators.azure.latency import Duration

PUT_CLUSTER = Duration(5.0, 7.0, 10.5)
PUT_POOL = Duration(4.5, 5.5, 7.0)
DELETE_CLUSTER = Duration(1.2, 1.4, 1.6)
DELETE_POOL = Duration(0.5, 0.6, 0.8)
CREDENTIALS = Duration(0.2, 0.4, 0.7)
POST = Duration(0.5, 0.9, 1.6)
"""Stop, start and abort: assumed to be taken as fast as deletions."""
GET_CLUSTER = Duration(0.5, 0.8, 1.3)
POLL = Duration(0.1, 0.2, 0.3)
MAINTENANCE = Duration(0.3, 0.6, 0.9)
"""Below a second in all recordings."""

CLUSTER_CREATE = Duration(203.9, 286.9, 393.3)
CLUSTER_UPDATE = Duration(63.8, 94.8, 257.9)
CLUSTER_SCALE = Duration(115.0, 174.8, 262.0)
CLUSTER_UPGRADE = Duration(577.5, 799.0, 1027.7)
CLUSTER_DELETE = Duration(193.0, 404.6, 618.4)
CLUSTER_STOP = Duration(82.6, 143.6, 309.2)
CLUSTER_START = Duration(160.4, 192.4, 357.3)
CLUSTER_ABORT = Duration(5.4, 7.3, 10.1)

POOL_ABORT = Duration(6.2, 8.0, 9.4)
POOL_CREATE_EMPTY = Duration(54.3, 72.1, 76.9)
POOL_CREATE_ONE = Duration(135.4, 191.6, 242.3)
POOL_CREATE_MORE = Duration(137.7, 212.1, 282.2)
POOL_UPDATE = Duration(4.8, 7.9, 20.3)
POOL_UPGRADE = Duration(421.0, 465.4, 489.0)
POOL_IMAGE = Duration(8.5, 39.4, 103.6)
"""Five recordings only."""
POOL_DELETE = Duration(26.4, 54.5, 62.4)
POOL_STOP = Duration(36.7, 45.7, 69.4)
POOL_START = Duration(97.0, 148.0, 217.3)
POOL_SCALE_TO_ZERO = POOL_STOP
"""A scale to zero was never recorded; stopping a pool is the nearest."""
POOL_SCALE_TO_ONE = Duration(47.5, 155.8, 188.9)
POOL_SCALE_TO_MORE = Duration(77.3, 115.8, 207.4)

GPU_BOOT = Duration(230.0, 290.0, 480.0)
GPU_BOOT_EIGHT = Duration(273.4, 424.8, 946.7)
"""Machines with eight GPUs, with the heavy tail of ND96asr_v4."""


def gpu_boot(gpus: int) -> Duration:
    return GPU_BOOT_EIGHT if gpus >= 8 else GPU_BOOT


def pool_create(count: int, gpus: int) -> Duration:
    if count == 0:
        return POOL_CREATE_EMPTY
    if gpus:
        return gpu_boot(gpus)
    return POOL_CREATE_ONE if count == 1 else POOL_CREATE_MORE


def cluster_change(kind: str) -> Duration:
    """`kind` is the provisioning state that the change leads to."""
    return {"Upgrading": CLUSTER_UPGRADE, "Scaling": CLUSTER_SCALE}.get(kind, CLUSTER_UPDATE)


def pool_change(kind: str, before: int, after: int, gpus: int) -> Duration:
    return {
        "Scaling": pool_scale(before, after, gpus),
        "Stopping": POOL_STOP,
        "Starting": gpu_boot(gpus) if gpus else POOL_START,
        "Upgrading": POOL_UPGRADE,
    }.get(kind, POOL_UPDATE)


def pool_scale(before: int, after: int, gpus: int) -> Duration:
    if after > before and gpus:
        return gpu_boot(gpus)
    if after == 0:
        return POOL_SCALE_TO_ZERO
    return POOL_SCALE_TO_ONE if after == 1 else POOL_SCALE_TO_MORE
