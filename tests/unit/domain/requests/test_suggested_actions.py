"""Every call that a suggested action names is accepted in every phase that the failure can leave.

The texts are read from the source, so that a new failure is walked without being listed here.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.arm.error_rules import RULES
from domain.environment.failures import unexpected_failure
from domain.environment.operation import OperationKind
from domain.environment.operation_request import BRING_A_SPEC
from domain.environment.phases import AT_REST, IN_MOTION, Phase
from domain.environment.record import EnvironmentRecord, OperationEnd
from domain.environment.starts import start_operation
from domain.environment.transitions import end_operation
from domain.outcomes import Outcome
from domain.requests.command import RETRY, ROLLBACK, Command
from domain.requests.command_decision import decide
from domain.requests.decision import Start
from domain.spec.model import EnvironmentSpec
from tests.support.payloads import SUCCEEDED
from tests.support.specs import NOON, a_record, a_request, a_spec, in_azure

DOMAIN = Path(__file__).parents[4] / "domain"
OTHER_SIZE = {"vmSize": "Standard_NC48ads_A100_v4", "maxNodes": 5}
POOL = "cell/westeurope/gpuPool"


def update(spec: EnvironmentSpec) -> Command:
    return Command(OperationKind.UPDATE, "fraud-llm", spec)


CALLS: dict[str, Command] = {
    r"\bretry\b|repeat the request|send the request again|try again": Command(RETRY, "fraud-llm"),
    r"another gpu\.vmSize|another vmSize": update(a_spec(gpu=OTHER_SIZE)),
    r"under placement": update(a_spec(placement={"regions": ["northeurope"], "zones": ["1"]})),
    r"gpu\.spot": update(
        a_spec(gpu={"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": 5, "spot": True})
    ),
    r"update (?:the environment|it)|maxNodes|replicas|healthPath|the request\.$|specification": (
        update(a_spec(costCenter="ML-8"))
    ),
    r"send DELETE|delete the environment": Command(OperationKind.DELETE, "fraud-llm"),
    r"\brepair\b": Command(OperationKind.REPAIR, "fraud-llm"),
    r"\bwake\b": Command(OperationKind.WAKE, "fraud-llm"),
}
"""What a text says, and the call that it means."""


def texts() -> Iterator[str]:
    """The suggested actions of all rules, and of all failures that are built in the domain."""
    yield from (rule.suggested_action for rule in RULES)
    yield unexpected_failure("ActivityFailed", "begin_resource", "boom").suggested_action
    for path in sorted(DOMAIN.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "suggested_action":
                yield _words(node.value)
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "build_failure":
                yield _words(node.args[2])


def _words(node: ast.expr) -> str:
    """The constant parts of a text."""
    parts = (n.value for n in ast.walk(node) if isinstance(n, ast.Constant))
    return " ".join(part for part in parts if isinstance(part, str))


TEXTS = sorted(set(filter(None, texts())))


def ended(record: EnvironmentRecord, phase: Phase, outcome: Outcome) -> EnvironmentRecord:
    assert record.active_operation
    return end_operation(
        record,
        OperationEnd(operation_id=record.active_operation, phase=phase, outcome=outcome, at=NOON),
    )


def failed_records() -> Iterator[tuple[str, EnvironmentRecord]]:
    """After each kind of operation, from each phase that it may start in, in each way to fail."""
    ready = ended(a_record(), Phase.READY, SUCCEEDED)
    down = start_operation(ready, a_request(OperationKind.SCALE_DOWN, 2), NOON)
    assert down
    asleep = ended(in_azure(down, POOL), Phase.SCALED_DOWN, SUCCEEDED)
    yield "provision", ended(a_record(), Phase.FAILED, FAILED)
    for before in (ready, asleep):
        for kind in OperationKind:
            spec = a_spec(costCenter="ML-9") if kind in BRING_A_SPEC else None
            decision = decide(before, Command(kind, "fraud-llm", spec))
            if not isinstance(decision, Start):
                continue
            begun = start_operation(before, decision.request, NOON)
            assert begun
            for how, record in (("refused", begun), ("half done", in_azure(begun, POOL))):
                yield f"{kind} of {before.phase}, {how}", ended(record, Phase.FAILED, FAILED)
                yield (
                    f"{kind} of {before.phase}, {how}, canceled",
                    ended(record, Phase.CANCELED, Outcome.canceled()),
                )


FAILED = Outcome.failed(unexpected_failure("Failed", "it", "boom"))
RECORDS = dict(failed_records())


def test_records_of_every_phase_at_rest_are_walked():
    phases = {record.phase for record in RECORDS.values()}
    assert phases == {Phase.FAILED, Phase.CANCELED} | AT_REST
    assert not phases & IN_MOTION


@pytest.mark.parametrize("text", TEXTS)
def test_every_call_that_is_suggested_is_accepted(text: str):
    named = [call for words, call in CALLS.items() if re.search(words, text, re.IGNORECASE)]
    for call in named:
        for state, record in RECORDS.items():
            if call.kind is OperationKind.WAKE and not record.kept_pools:
                continue
            decision = decide(record, call)
            assert isinstance(decision, Start), f"{call.kind} after {state}: {decision}"


def test_most_texts_name_a_call_and_every_kind_of_call_is_named():
    named = {words for words in CALLS for text in TEXTS if re.search(words, text, re.IGNORECASE)}
    assert len(named) >= len(CALLS) - 2


@pytest.mark.parametrize(
    "state", [state for state in RECORDS if state.startswith("update of Ready")]
)
def test_a_failed_update_can_be_rolled_back(state: str):
    record = RECORDS[state]
    workload = record.spec.workload.model_copy(update={"port": 9000})
    *earlier, present = record.versions
    changed = present.model_copy(update={"workload": workload})
    record = record.model_copy(update={"versions": (*earlier, changed)})
    decision = decide(record, Command(ROLLBACK, "fraud-llm"))
    assert isinstance(decision, Start)
    assert decision.request.rollback
    assert decision.request.rollback.to_version == 1
