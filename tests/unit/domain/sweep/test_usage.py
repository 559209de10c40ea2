"""Unknown counts as in use: only what was seen without gaps to be unused is idle."""

from datetime import timedelta

import pytest

from domain.spec.idle import Idle
from domain.sweep.usage import (
    Sample,
    Usage,
    UsageVerdict,
    interval_minutes,
    lookback_minutes,
)
from domain.sweep.usage_judgement import judge_usage
from tests.unit.domain.sweep_models import (
    NOW,
    POLICY,
    SERVING,
    a_note,
    ago,
    job,
    make_usage,
    samples,
)

SKEWED = tuple(Sample(at=s.at + timedelta(minutes=10), count=0) for s in samples())
WITH_HOLE = tuple(s for s in samples() if not ago(20) < s.at < ago(10))

HALF_AN_HOUR = Idle(after_minutes=30)


def judge(usage: Usage | None, idle: Idle | None = None) -> tuple[str, str]:
    judgement = judge_usage(usage, idle or HALF_AN_HOUR, NOW, POLICY, a_note())
    return judgement.verdict, judgement.reason


@pytest.mark.parametrize(
    ("changes", "verdict", "reason"),
    [
        pytest.param({}, "idle", "Idle", id="no request, only its own pod"),
        pytest.param({"gpu_pods": ()}, "idle", "Idle", id="no pod at all"),
        pytest.param(
            {"requests": samples({10: 1})}, "inUse", "RequestsSeen", id="one request in the window"
        ),
        pytest.param(
            {"requests": samples({31: 1})}, "inUse", "RequestsSeen", id="at the window's edge"
        ),
        pytest.param({"requests": samples({33: 9})}, "idle", "Idle", id="before the window"),
        pytest.param({"requests": None}, "unknown", "RequestsUnknown", id="requests not learnt"),
        pytest.param({"requests": ()}, "unknown", "RequestsMissing", id="no sample at all"),
        pytest.param(
            {"requests": samples(newest=10)}, "unknown", "RequestsStale", id="metric stopped"
        ),
        pytest.param(
            {"requests": samples(newest=9)}, "idle", "Idle", id="metric lags as it usually does"
        ),
        pytest.param(
            {"requests": samples(newest=12, oldest=60)},
            "unknown",
            "RequestsStale",
            id="our clock is 10 minutes fast",
        ),
        pytest.param(
            {"requests": SKEWED}, "unknown", "RequestsFromTheFuture", id="10 minutes slow"
        ),
        pytest.param(
            {"requests": samples(oldest=42, step=10)},
            "unknown",
            "RequestsTooFew",
            id="a sample now and then",
        ),
        pytest.param(
            {"requests": samples(oldest=15)},
            "unknown",
            "RequestsIncomplete",
            id="samples begin within the window",
        ),
        pytest.param(
            {"requests": WITH_HOLE}, "unknown", "RequestsIncomplete", id="a hole in the window"
        ),
        pytest.param(
            {"requests": tuple(reversed(samples()))}, "idle", "Idle", id="samples in any order"
        ),
        pytest.param({"observed_at": ago(9)}, "unknown", "UsageStale", id="seen too long ago"),
        pytest.param(
            {"observed_at": ago(-3)}, "unknown", "UsageFromTheFuture", id="seen in the future"
        ),
        pytest.param(
            {"observed_at": ago(8), "requests": samples(newest=8, oldest=48)},
            "idle",
            "Idle",
            id="seen just in time",
        ),
        pytest.param(
            {"observed_at": ago(8)},
            "unknown",
            "RequestsFromTheFuture",
            id="samples newer than the clock of who asked for them",
        ),
        pytest.param(
            {"observed_at": ago(4), "requests": samples(newest=2)},
            "idle",
            "Idle",
            id="samples just as new as clocks may differ",
        ),
        pytest.param({"observed_at": ago(-2)}, "idle", "Idle", id="clocks a little apart"),
        pytest.param({"gpu_pods": None}, "unknown", "GpuPodsUnknown", id="pods not learnt"),
        pytest.param(
            {"gpu_pods": (SERVING, job("Running"))}, "inUse", "GpuPodRunning", id="batch job runs"
        ),
        pytest.param(
            {"gpu_pods": (SERVING, job("Pending"))}, "inUse", "GpuPodPending", id="batch job waits"
        ),
        pytest.param(
            {"gpu_pods": (job("Unknown"),)}, "inUse", "GpuPodRunning", id="its node is silent"
        ),
        pytest.param(
            {"gpu_pods": (job("Succeeded", finished_at=ago(29)),)},
            "inUse",
            "GpuPodFinishedRecently",
            id="batch job ended within the window",
        ),
        pytest.param(
            {"gpu_pods": (job("Failed", finished_at=ago(30)),)},
            "idle",
            "Idle",
            id="batch job ended before the window",
        ),
        pytest.param(
            {"gpu_pods": (job("Succeeded", finished_at=ago(-10)),)},
            "inUse",
            "GpuPodFinishedRecently",
            id="batch job ended in the future",
        ),
        pytest.param(
            {"gpu_pods": (job("Failed"),)}, "unknown", "GpuPodEndUnknown", id="ended at no time"
        ),
        pytest.param(
            {"gpu_pods": (job("Failed", finished_at=ago(99)), job("Running"))},
            "inUse",
            "GpuPodRunning",
            id="every job is looked at",
        ),
        pytest.param({"gpu_utilisation": samples({5: 80})}, "inUse", "GpuBusy", id="GPU computes"),
        pytest.param(
            {"gpu_utilisation": samples({5: 5})}, "idle", "Idle", id="GPU at the threshold"
        ),
        pytest.param(
            {"gpu_utilisation": ()}, "unknown", "UtilisationMissing", id="GPU metric is silent"
        ),
        pytest.param(
            {"gpu_utilisation": samples(newest=20)},
            "unknown",
            "UtilisationStale",
            id="GPU metric stopped",
        ),
        pytest.param(
            {"requests": None, "gpu_pods": (job("Running"),)},
            "inUse",
            "GpuPodRunning",
            id="use that was seen decides before what is unknown",
        ),
    ],
)
def test_every_signal_has_its_word(changes: dict, verdict: str, reason: str) -> None:
    assert judge(make_usage(**changes)) == (verdict, reason)


def test_no_observation_at_all_is_unknown() -> None:
    assert judge(None) == (UsageVerdict.UNKNOWN, "UsageMissing")


@pytest.mark.parametrize("after", [5, 30, 300, 301, 1440, 10080])
@pytest.mark.parametrize("lag", [0, 3])
def test_what_the_lookback_asks_for_is_enough_to_find_idleness(after: int, lag: int) -> None:
    idle = Idle(after_minutes=after)
    step = interval_minutes(idle)
    reach = lookback_minutes(idle, POLICY)
    requests = samples(newest=lag, oldest=reach // step * step + lag - step, step=step)
    assert len(requests) <= 320
    usage = make_usage(requests=requests, interval_minutes=step)
    assert judge(usage, idle) == (UsageVerdict.IDLE, "Idle")


@pytest.mark.parametrize(
    ("age", "verdict"),
    [
        pytest.param(1441, UsageVerdict.IN_USE, id="its interval reaches into the window"),
        pytest.param(1446, UsageVerdict.IDLE, id="its interval ended before the window"),
    ],
)
def test_the_window_ends_now_however_long_the_newest_interval_still_runs(age, verdict) -> None:
    """In intervals of 5 minutes, the newest of which began a minute ago."""
    requests = samples({age: 1}, newest=1, oldest=1446, step=5)
    usage = make_usage(requests=requests, interval_minutes=5)
    assert judge(usage, Idle(after_minutes=1440))[0] == verdict


def test_the_evidence_is_plain_and_says_what_decided() -> None:
    usage = make_usage(requests=samples({4: 7}), gpu_pods=(SERVING, job("Pending")))
    assert judge_usage(usage, HALF_AN_HOUR, NOW, POLICY, a_note(since=40)).evidence == {
        "observedAt": "2026-11-23T12:00:00Z",
        "afterMinutes": 30,
        "counters": {
            "since": "2026-11-23T11:20:00Z",
            "reason": "InvocationsSeen",
            "gateways": {
                "gateway-a": {"restarts": 0, "requests": 7, "answered": 7, "active": 0},
                "gateway-b": {"restarts": 0, "requests": 0, "answered": 0, "active": 0},
            },
        },
        "requests": {
            "samples": 30,
            "from": "2026-11-23T11:29:00Z",
            "to": "2026-11-23T11:58:00Z",
            "highest": 7.0,
            "lastUseAt": "2026-11-23T11:56:00Z",
        },
        "gpuPods": {"serving": 1, "other": 1, "decisive": "batch", "phase": "Pending"},
    }


def test_idleness_is_told_with_the_pods_that_were_counted() -> None:
    done = job("Succeeded", finished_at=ago(60))
    judgement = judge_usage(make_usage(gpu_pods=(SERVING, done)), HALF_AN_HOUR, NOW, POLICY)
    assert judgement.evidence["gpuPods"] == {"serving": 1, "other": 1}
