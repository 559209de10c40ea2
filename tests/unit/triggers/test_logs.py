import logging

import pytest

from domain.environment.phases import Phase
from domain.environment.record import OperationEnd
from domain.environment.transitions import end_operation
from domain.outcomes import Outcome
from tests.support.payloads import QUOTA
from tests.support.specs import NOON, a_record
from triggers.logs import log_operation_end

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
