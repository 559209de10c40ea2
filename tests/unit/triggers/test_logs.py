import itertools
import logging

import pytest

from domain.environment.metric_history import MetricHistory, TrafficPoint, note_traffic
from domain.environment.phases import Phase
from domain.environment.record import OperationEnd
from domain.environment.transitions import end_operation
from domain.outcomes import Outcome
from tests.support.payloads import QUOTA
from tests.support.specs import NOON, a_record
from triggers.logs import log_change, log_operation_end

RUNNING = a_record()


@pytest.mark.parametrize(
    ("outcome", "phase", "line", "level"),
    [
        pytest.param(
            Outcome.succeeded(),
            Phase.READY,
            "operation ended: fraud-llm.1 provision Succeeded None",
            logging.INFO,
            id="a success",
        ),
        pytest.param(
            QUOTA,
            Phase.FAILED,
            "operation ended: fraud-llm.1 provision Failed QuotaExceeded",
            logging.WARNING,
            id="a failure",
        ),
    ],
)
def test_the_end_of_an_operation_is_one_line(
    outcome: Outcome, phase: Phase, line: str, level: int, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO, "gridplane.operations")
    end = OperationEnd(operation_id="fraud-llm.1", phase=phase, outcome=outcome, at=NOON)
    ended = end_operation(RUNNING, end)
    log_operation_end(RUNNING, ended)
    assert [(r.getMessage(), r.levelno) for r in caplog.records] == [(line, level)]
    log_operation_end(ended, end_operation(ended, end))
    assert len(caplog.records) == 1, "an end that is reported twice is one end"


def test_what_still_runs_has_no_line(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO, "gridplane.operations")
    log_operation_end(None, RUNNING)
    assert caplog.records == []


def test_what_a_look_at_counters_has_seen_is_one_line(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    history, records = MetricHistory(), [RUNNING]
    for look in (TrafficPoint(0, 12, 1, 340, 900, 71, 1), TrafficPoint(0, 3, None, 10, 20)):
        history = note_traffic(history, NOON, look)
        records.append(RUNNING.model_copy(update={"metric_history": history}))
    for before, after in itertools.pairwise(records):
        log_change(before, after)
    log_change(records[-1], records[-1])
    assert [record.getMessage() for record in caplog.records] == [
        "traffic seen: fraud-llm requests=12 errors=1 tokens_in=340 tokens_out=900 "
        "gpu_percent=71 busy_replicas=1",
        "traffic seen: fraud-llm requests=3 errors=0 tokens_in=10 tokens_out=20 "
        "gpu_percent=71 busy_replicas=1",
    ]
