"""The workflow that posts events to a channel, run on real events as far as that goes without
Azure: its expressions, and what is posted."""

import base64
import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from domain.environment.idle_notes import IdleNote
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord, OperationEnd
from domain.environment.transitions import end_operation
from domain.events.cloud_events import PUBLISHED_NAMES, CloudEvent
from domain.sweep.record_notes import record_idle_note
from tests.architecture.source import REPOSITORY
from tests.support.events import news_of
from tests.support.payloads import QUOTA
from tests.support.specs import NOON, a_record
from tests.support.workflow_expressions import Run

TEMPLATE: dict[str, Any] = json.loads((REPOSITORY / "examples/events/channel.json").read_text())
RESOURCES = {each["type"].rpartition("/")[2]: each for each in TEMPLATE["resources"]}
DEFINITION = RESOURCES["workflows"]["properties"]["definition"]
PARAMETERS = {
    "portalUrl": "https://gridplane.example.com",
    "webhookUrl": "https://hook.example.com",
    "$connections": {"servicebus": {"connectionId": "/connections/1"}},
}

TEXT = {"type": "string", "minLength": 1}
ELEMENTS: dict[str, dict[str, Any]] = {
    "TextBlock": {"text": TEXT, "wrap": {"const": True}, "size": TEXT, "weight": TEXT},
    "FactSet": {
        "facts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"title": TEXT, "value": TEXT},
                "required": ["title", "value"],
                "additionalProperties": False,
            },
        }
    },
    "Action.OpenUrl": {"title": TEXT, "url": {"type": "string", "pattern": "^https://"}},
}
"""What the card may be made of: elements of Adaptive Cards 1.0, which every Teams client shows."""


def element(kind: str) -> dict[str, Any]:
    properties = {"type": {"const": kind}, **ELEMENTS[kind]}
    return {"type": "object", "properties": properties, "additionalProperties": False}


CARD = Draft202012Validator(
    {
        "type": "object",
        "properties": {
            "$schema": {"const": "http://adaptivecards.io/schemas/adaptive-card.json"},
            "type": {"const": "AdaptiveCard"},
            "version": {"const": "1.4"},
            "body": {"items": {"anyOf": [element("TextBlock"), element("FactSet")]}},
            "actions": {"items": element("Action.OpenUrl")},
        },
        "required": ["type", "version", "body"],
        "additionalProperties": False,
    }
)


def failed() -> CloudEvent:
    before = a_record()
    end = OperationEnd(operation_id="fraud-llm.1", phase=Phase.FAILED, outcome=QUOTA, at=NOON)
    return news_of(before, end_operation(before, end)).event


def idle() -> CloudEvent:
    before: EnvironmentRecord = a_record()
    note = IdleNote(at=NOON, event="IdleWarned", message="It is idle.")
    return news_of(before, record_idle_note(before, note)).event


def post(event: CloudEvent, channel: str) -> Any:
    """What the workflow sends once Service Bus's connector has handed over the message."""
    message = {"ContentData": base64.b64encode(json.dumps(event.to_wire()).encode()).decode()}
    run = Run(message, PARAMETERS, {})
    actions = DEFINITION["actions"]
    run.outputs = {"event": run.render(actions["event"]["inputs"])}
    sent = actions["post"]["inputs"]
    assert run.render(sent["uri"]) == PARAMETERS["webhookUrl"]
    assert sent["body"] == "[variables('bodies')[parameters('channel')]]"
    return run.render(TEMPLATE["variables"]["bodies"][channel])


def test_a_failure_is_a_card_with_its_cause_and_the_way_out():
    event = failed()
    sent = post(event, "teams")
    (attachment,) = sent["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert [each.message for each in CARD.iter_errors(card)] == []
    title, message, facts = card["body"]
    assert title["text"] == "fraud-llm: Failed"
    assert message["text"] == event.data["message"]
    shown = {each["title"]: each["value"] for each in facts["facts"]}
    assert shown["Operation"] == "fraud-llm.1"
    assert shown["Next"] == event.data["error"]["suggestedAction"]
    (action,) = card["actions"]
    assert action["url"] == "https://gridplane.example.com/portal#/environments/fraud-llm"


def test_an_event_without_operation_and_error_is_a_card_as_well():
    card = post(idle(), "teams")["attachments"][0]["content"]
    assert [each.message for each in CARD.iter_errors(card)] == []
    shown = {each["title"]: each["value"] for each in card["body"][2]["facts"]}
    assert (shown["Operation"], shown["Next"]) == ("none", "See the page.")


@pytest.mark.parametrize("make", [failed, idle])
def test_slack_gets_one_text(make: Any):
    event = make()
    sent = post(event, "slack")
    assert list(sent) == ["text"]
    first, second, link = sent["text"].splitlines()
    assert (first.startswith("*fraud-llm: "), second) == (True, event.data["message"])
    assert link.endswith("/portal#/environments/fraud-llm|Open the environment>")


def test_it_reads_its_own_subscription_of_the_topic():
    path = DEFINITION["triggers"]["message"]["inputs"]["path"]
    assert path.startswith("[format('")
    assert path.endswith("', parameters('channel'))]")
    formatted = path.removeprefix("[format('").removesuffix("', parameters('channel'))]")
    text = formatted.replace("''", "'").replace("{0}", "teams")
    text = text.replace("{{", "{").replace("}}", "}")
    expected = "/environment-events/subscriptions/teams/messages/head"
    assert Run({}, PARAMETERS, {}).render(text) == expected
    connection = DEFINITION["triggers"]["message"]["inputs"]["host"]["connection"]["name"]
    assert Run({}, PARAMETERS, {}).render(connection) == "/connections/1"


def test_its_filter_names_events_that_exist():
    wanted = TEMPLATE["parameters"]["filter"]["defaultValue"]
    patterns = re.findall(r"cloudEvents_type LIKE '([^']+)'", wanted)
    assert len(patterns) == wanted.count(" OR ") + 1
    types = [f"io.gridplane.environment.{each}.v1" for each in PUBLISHED_NAMES.values()]
    for pattern in patterns:
        expression = re.escape(pattern).replace("%", ".*")
        assert [each for each in types if re.fullmatch(expression, each)], pattern


def test_the_webhook_is_a_secret_and_nothing_else_is_needed():
    assert TEMPLATE["parameters"]["webhookUrl"]["type"] == "securestring"
    assert DEFINITION["parameters"]["webhookUrl"]["type"] == "SecureString"
    secured = DEFINITION["actions"]["post"]["runtimeConfiguration"]["secureData"]
    assert secured == {"properties": ["inputs"]}
    given = RESOURCES["workflows"]["properties"]["parameters"]
    assert set(given) == set(DEFINITION["parameters"])
    values = RESOURCES["connections"]["properties"]["parameterValueSet"]
    assert values["name"] == "managedIdentityAuth"


def test_parameters_and_variables_that_are_named_exist():
    text = json.dumps({**TEMPLATE, "resources": TEMPLATE["resources"]})
    templates = re.findall(r'"\[(.*?)\]"', text)
    for kind in ("parameters", "variables"):
        named = {n for each in templates for n in re.findall(rf"{kind}\('(\w+)'\)", each)}
        assert named <= set(TEMPLATE[kind])
