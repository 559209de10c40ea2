"""Every orchestrator does today what it did when the histories were recorded.

The engine replays a history after each event. A story that does something else meanwhile is
broken for every operation that runs while a new version is deployed. When a story was changed on
purpose: `python -m tests.support.record_histories`, and let running operations end first.
"""

import pytest

from orchestrators import names
from orchestrators.await_edge import await_edge
from orchestrators.await_operation import await_operation
from orchestrators.await_ready import await_ready
from orchestrators.delete_environment import delete_environment
from orchestrators.delete_resources import delete_resources
from orchestrators.provision_cell import provision_cell
from orchestrators.provision_environment import provision_environment
from orchestrators.wire_edge import wire_edge
from tests.support.replay import History, load_histories, replay

# The SDK reads results that carry no type, and warns of itself for doing so.
pytestmark = pytest.mark.filterwarnings("ignore:azure.functions df_loads:DeprecationWarning")

ORCHESTRATORS = {
    names.PROVISION_ENVIRONMENT: provision_environment,
    names.PROVISION_CELL: provision_cell,
    names.WIRE_EDGE: wire_edge,
    names.DELETE_ENVIRONMENT: delete_environment,
    names.DELETE_RESOURCES: delete_resources,
    names.AWAIT_OPERATION: await_operation,
    names.AWAIT_READY: await_ready,
    names.AWAIT_EDGE: await_edge,
}
HISTORIES = load_histories()


@pytest.mark.parametrize("history", HISTORIES, ids=[h.instance_id for h in HISTORIES])
def test_each_turn_does_what_it_did_when_it_was_recorded(history: History):
    for done, recorded in replay(history, ORCHESTRATORS[history.orchestrator]):
        assert done == recorded


def test_there_is_a_history_of_every_orchestrator():
    assert {history.orchestrator for history in HISTORIES} == set(ORCHESTRATORS)


def test_there_are_histories_of_success_failure_and_cancellation():
    ends = {
        (history.orchestrator, word)
        for history in HISTORIES
        for word in ("Succeeded", "Failed", "Canceled")
        if f'"status": "{word}"' in history.events[-2].executionCompleted.result.value
    }
    provision, delete = names.PROVISION_ENVIRONMENT, names.DELETE_ENVIRONMENT
    assert ends >= {(provision, word) for word in ("Succeeded", "Failed", "Canceled")}
    assert (delete, "Succeeded") in ends
