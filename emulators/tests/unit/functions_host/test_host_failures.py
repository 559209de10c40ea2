"""What goes wrong in the app reaches the orchestration with a type and a message."""

import pytest
from durabletask.internal import orchestrator_service_pb2 as pb

from emulators.functions_host.failure_details import failure_of, missing_function
from emulators.functions_host.work_items import entity_name, orchestrator_name


class QuotaExceeded(Exception):
    pass


def raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:
        return caught


@pytest.mark.parametrize(
    ("error", "error_type", "message"),
    [
        pytest.param(ValueError("too much"), "ValueError", "too much", id="message"),
        pytest.param(ValueError(), "ValueError", "ValueError", id="an empty one would be success"),
        pytest.param(QuotaExceeded("none left"), "QuotaExceeded", "none left", id="of the app"),
        pytest.param(KeyError("name"), "KeyError", "'name'", id="as Python writes it"),
    ],
)
def test_an_exception_keeps_its_type_message_and_stack(
    error: Exception, error_type: str, message: str
) -> None:
    details = failure_of(raised(error))

    assert (details.errorType, details.errorMessage) == (error_type, message)
    assert "in raised" in details.stackTrace.value
    assert not details.isNonRetriable


def test_a_missing_function_is_told_in_the_extensions_words() -> None:
    details = missing_function("an activity", "greet")

    assert details.errorMessage == (
        "The function 'greet' doesn't exist, is disabled, or is not an activity function."
    )


def started(name: str) -> pb.HistoryEvent:
    return pb.HistoryEvent(executionStarted=pb.ExecutionStartedEvent(name=name))


def test_the_last_start_names_the_orchestrator() -> None:
    request = pb.OrchestratorRequest(
        pastEvents=[started("first"), pb.HistoryEvent()], newEvents=[started("second")]
    )

    assert orchestrator_name(request) == "second"


@pytest.mark.parametrize(
    ("instance_id", "name"), [("@counter@a", "counter"), ("@counter@a@b", "counter")]
)
def test_an_entity_id_holds_its_name(instance_id: str, name: str) -> None:
    assert entity_name(instance_id) == name
