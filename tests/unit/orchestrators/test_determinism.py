"""Every orchestrator does today what it did when the histories were recorded.

The engine replays a history after each event. An orchestrator that does something else meanwhile
breaks every operation that runs while a new version is deployed. CONTRIBUTING.md says what to do
when it was changed on purpose.
"""

import json
from importlib import import_module
from pathlib import Path

import pytest

from domain import deadlines
from domain.durable.names import Orchestrator
from orchestrators.step_batches import with_step_batches
from tests.support.replay import History, load_histories, replay

HISTORIES = load_histories()
ONE_OF_EACH = {history.orchestrator: history for history in HISTORIES}
LIMITS = {name: value for name, value in vars(deadlines).items() if name.isupper()}


@pytest.mark.parametrize("history", HISTORIES, ids=[h.instance_id for h in HISTORIES])
def test_each_turn_does_what_it_did_when_it_was_recorded(history: History):
    module = import_module(f"orchestrators.{history.orchestrator}")
    for done, recorded in replay(
        history, with_step_batches(getattr(module, history.orchestrator))
    ):
        assert done == recorded


@pytest.mark.parametrize("history", ONE_OF_EACH.values(), ids=ONE_OF_EACH)
def test_other_limits_change_no_turn(history: History, monkeypatch: pytest.MonkeyPatch):
    """Timeouts may be changed while operations run, and without recording anew."""
    for name, seconds in LIMITS.items():
        monkeypatch.setattr(deadlines, name, seconds + 60)
    test_each_turn_does_what_it_did_when_it_was_recorded(history)


def test_histories_were_recorded_with_the_present_version():
    host = json.loads((Path(__file__).parents[3] / "host.json").read_text())
    version = host["extensions"]["durableTask"]["defaultVersion"]
    started = [history.events[1].executionStarted for history in HISTORIES]
    assert {each.version.value for each in started} == {version}


def test_there_are_histories_of_success_failure_and_cancellation():
    ends = {
        (history.orchestrator, word)
        for history in HISTORIES
        for word in ("Succeeded", "Failed", "Canceled")
        if f'"status": "{word}"' in history.events[-2].executionCompleted.result.value
    }
    provision, delete = Orchestrator.PROVISION_ENVIRONMENT, Orchestrator.DELETE_ENVIRONMENT
    assert ends >= {(provision, word) for word in ("Succeeded", "Failed", "Canceled")}
    assert (delete, "Succeeded") in ends
