import json

import pytest

from domain.requests.command import Command
from domain.requests.queue_messages import MessageProperties, parse_message
from emulators.stack.send import build_message
from emulators.stack.stack import PROJECT
from tests.support.specs import NOON, a_policy

EXAMPLES = sorted((PROJECT / "examples" / "messages").glob("*.json"))


@pytest.mark.parametrize("file", EXAMPLES, ids=[file.stem for file in EXAMPLES])
def test_every_example_is_a_command_that_the_queue_takes(file):
    message = build_message(json.loads(file.read_text()))
    properties = MessageProperties(message.session_id, message.message_id)
    body = json.loads(b"".join(message.body))
    command = parse_message(body, properties, a_policy(), NOON)
    assert isinstance(command, Command), command
    assert command.kind == file.stem
    assert command.caller.request_id == body["id"]


def test_an_event_keeps_the_id_that_it_has():
    message = build_message({"id": "mine", "data": {"name": "fraud-llm"}})
    assert (message.message_id, message.session_id) == ("mine", "fraud-llm")
