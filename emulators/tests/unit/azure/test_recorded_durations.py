"""The simulator's durations against what was recorded of real Azure."""

import statistics

import pytest

from emulators.azure.aks import durations
from emulators.azure.clock import Clock
from emulators.azure.front_door import kinds
from emulators.azure.latency import Duration, Latencies
from emulators.azure.resource_groups import models as groups

EXACT = [
    pytest.param(durations.CLUSTER_CREATE, (204, 287, 393), id="AKS create since 2024"),
    pytest.param(durations.CLUSTER_UPDATE, (64, 95, 258), id="AKS update"),
    pytest.param(durations.CLUSTER_SCALE, (115, 175, 262), id="AKS scale"),
    pytest.param(durations.CLUSTER_UPGRADE, (578, 799, 1028), id="AKS upgrade"),
    pytest.param(durations.CLUSTER_DELETE, (193, 405, 618), id="AKS delete"),
    pytest.param(durations.CLUSTER_STOP, (83, 144, 309), id="AKS stop"),
    pytest.param(durations.CLUSTER_START, (160, 192, 357), id="AKS start"),
    pytest.param(durations.CLUSTER_ABORT, (5, 7, 10), id="AKS abort"),
    pytest.param(durations.POOL_ABORT, (6, 8, 9), id="pool abort"),
    pytest.param(durations.POOL_STOP, (37, 46, 69), id="pool stop"),
    pytest.param(durations.POOL_CREATE_EMPTY, (54, 72, 77), id="pool create, no node"),
    pytest.param(durations.POOL_CREATE_ONE, (135, 192, 242), id="pool create, one node"),
    pytest.param(durations.POOL_CREATE_MORE, (138, 212, 282), id="pool create, three nodes"),
    pytest.param(durations.POOL_UPDATE, (5, 8, 20), id="pool update"),
    pytest.param(durations.POOL_UPGRADE, (421, 465, 489), id="pool upgrade"),
    pytest.param(durations.POOL_IMAGE, (9, 39, 104), id="pool image"),
    pytest.param(durations.POOL_DELETE, (26, 54, 62), id="pool delete"),
    pytest.param(durations.POOL_SCALE_TO_ONE, (47, 156, 189), id="pool scale to one"),
    pytest.param(durations.POOL_SCALE_TO_MORE, (77, 116, 207), id="pool scale to three"),
    pytest.param(durations.GPU_BOOT_EIGHT, (273, 425, 947), id="pool of ND96asr_v4"),
]


@pytest.mark.parametrize(("duration", "recorded"), EXACT)
def test_aks_takes_what_its_operations_were_recorded_to_take(
    duration: Duration, recorded: tuple[float, float, float]
) -> None:
    assert (duration.p10, duration.p50, duration.p90) == pytest.approx(recorded, abs=0.6)


BOUNDED = [
    pytest.param(kinds.PROFILE.create, 30, 63, id="profile create"),
    pytest.param(kinds.PROFILE.update, 31, 63, id="profile change"),
    pytest.param(kinds.PROFILE.delete, 1, 41, id="profile delete"),
    pytest.param(kinds.ENDPOINT.create, 0, 32, id="endpoint create"),
    pytest.param(kinds.ENDPOINT.merge, 0, 12, id="endpoint patch"),
    pytest.param(kinds.ENDPOINT.delete, 0, 62, id="endpoint delete"),
    pytest.param(kinds.ORIGIN_GROUP.update, 0, 32, id="origin group change"),
    pytest.param(kinds.ORIGIN.create, 0, 63, id="origin create"),
    pytest.param(kinds.ORIGIN.update, 0, 63, id="origin change"),
    pytest.param(kinds.ROUTE.create, 0, 66, id="route create"),
    pytest.param(kinds.ROUTE.update, 0, 63, id="route change"),
    pytest.param(kinds.SECURITY_POLICY.create, 0, 63, id="security policy create"),
    pytest.param(groups.DELETE_WITH_CLUSTER, 243, 555, id="group with a cluster"),
]


@pytest.mark.parametrize(("duration", "low", "high"), BOUNDED)
def test_what_was_only_bounded_lies_within_its_bounds(
    duration: Duration, low: float, high: float
) -> None:
    assert low <= duration.p10 <= duration.p50 <= duration.p90 <= high


@pytest.mark.parametrize(
    ("duration", "beyond", "longest"),
    [
        pytest.param(kinds.ORIGIN.update, 63, 126, id="origin change"),
        pytest.param(kinds.ORIGIN.merge, 63, 126, id="origin patch"),
        pytest.param(kinds.ROUTE.create, 66, 126, id="route create"),
        pytest.param(kinds.ROUTE.update, 63, 126, id="route change"),
        pytest.param(kinds.ROUTE.merge, 63, 126, id="route patch"),
    ],
)
def test_a_few_take_twice_as_long_as_the_others(
    duration: Duration, beyond: float, longest: float
) -> None:
    """6 of 104 recorded changes of origins and routes did."""
    latencies = Latencies(Clock(), seed=11)
    samples = [latencies.sample(duration) for _ in range(4000)]
    late = [each for each in samples if each > beyond]
    assert 0.02 < len(late) / len(samples) < 0.12
    assert 0.95 * longest < max(samples) <= longest
    assert statistics.median(samples) == pytest.approx(duration.p50, abs=3)


def test_an_origin_group_is_created_at_once() -> None:
    assert kinds.ORIGIN_GROUP.create is None


def test_a_single_gpu_boots_in_four_to_eight_minutes() -> None:
    boot = durations.gpu_boot(1)
    assert boot.p10 == 230
    assert 255 <= boot.p50 <= 330
    assert boot.p90 == 480


@pytest.mark.parametrize(
    ("before", "after", "gpus", "expected"),
    [
        pytest.param(0, 1, 1, durations.GPU_BOOT, id="first GPU node"),
        pytest.param(0, 1, 8, durations.GPU_BOOT_EIGHT, id="eight GPUs"),
        pytest.param(1, 0, 1, durations.POOL_SCALE_TO_ZERO, id="GPU pool to zero"),
        pytest.param(0, 1, 0, durations.POOL_SCALE_TO_ONE, id="first CPU node"),
        pytest.param(1, 3, 0, durations.POOL_SCALE_TO_MORE, id="more CPU nodes"),
    ],
)
def test_scaling_depends_on_direction_and_gpus(
    before: int, after: int, gpus: int, expected: Duration
) -> None:
    assert durations.pool_scale(before, after, gpus) == expected


def test_samples_spread_from_p10_to_p90_around_the_median() -> None:
    latencies = Latencies(Clock(), seed=7)
    samples = sorted(latencies.sample(durations.CLUSTER_CREATE) for _ in range(2000))
    assert samples[0] >= durations.CLUSTER_CREATE.p10
    assert samples[-1] <= durations.CLUSTER_CREATE.p90
    assert statistics.median(samples) == pytest.approx(durations.CLUSTER_CREATE.p50, abs=5)


def test_a_share_of_every_duration_can_be_had() -> None:
    whole, half = (Latencies(Clock(), seed=3, share=share) for share in (1.0, 0.5))
    for _ in range(5):
        assert half.sample(durations.GPU_BOOT) == whole.sample(durations.GPU_BOOT) / 2


def test_the_same_seed_takes_the_same_time() -> None:
    one, other = (Latencies(Clock(), seed=3) for _ in range(2))
    assert [one.sample(durations.GPU_BOOT) for _ in range(5)] == [
        other.sample(durations.GPU_BOOT) for _ in range(5)
    ]
