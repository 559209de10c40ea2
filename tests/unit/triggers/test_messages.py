from typing import Any

import grpc
import pytest

from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from tests.support.callers import TWO_TEAMS
from tests.support.fake_hub import FakeHub, rpc_error
from tests.support.http_api import Api
from tests.support.markets import read_ample_market
from tests.support.message_queue import MessageQueue
from tests.support.messages import FakeMessage, cloud_event
from tests.support.policies import reading
from tests.support.specs import a_policy, spec_body
from triggers.bodies import MAX_BODY_BYTES
from triggers.model_routes import EXAMPLE_MODEL
from triggers.service_bus_requests import ATTEMPTS, MAX_DESCRIPTION_LENGTH, take_message

NAME = {"name": "fraud-llm"}
PROVISION = cloud_event("provision", spec_body())
UPDATE = cloud_event("update", spec_body(costCenter="ML-9"))
DELETE, WAKE = cloud_event("delete", NAME), cloud_event("wake", NAME)
SCALE_DOWN = cloud_event("scale-down", NAME)
ROLLBACK = cloud_event("rollback", NAME)


@pytest.fixture
def queue(hub: FakeHub) -> MessageQueue:
    return MessageQueue(hub)


async def test_a_message_is_completed_when_its_operation_has_started(
    queue: MessageQueue, hub: FakeHub
):
    assert await queue.deliver(PROVISION) == "completed"
    assert list(hub.instances) == ["fraud-llm.1"]


@pytest.mark.parametrize("how_far", ["started", "on record", "ended", "deleted since"])
async def test_a_message_that_comes_again_starts_nothing_twice(
    queue: MessageQueue, hub: FakeHub, api: Api, how_far: str
):
    await queue.deliver(PROVISION)
    if how_far == "on record":
        hub.deliver("fraud-llm.1")
    if how_far in {"ended", "deleted since"}:
        hub.finish("fraud-llm.1", Phase.READY)
    if how_far == "deleted since":
        await api.delete("environments/fraud-llm")
        hub.finish("fraud-llm.2", Phase.DELETED)
    before = list(hub.instances)
    assert await queue.deliver(PROVISION) == "completed"
    assert list(hub.instances) == before


async def test_every_kind_starts_what_rest_would_start(queue: MessageQueue, hub: FakeHub):
    story = [
        (PROVISION, Phase.READY),
        (UPDATE, Phase.READY),
        (SCALE_DOWN, Phase.SCALED_DOWN),
        (WAKE, Phase.READY),
        (DELETE, Phase.DELETED),
    ]
    for number, (event, phase) in enumerate(story, start=1):
        assert await queue.deliver(event, f"message-{number}") == "completed"
        hub.finish(f"fraud-llm.{number}", phase)
    record = hub.records["fraud-llm"]
    assert record
    assert record.spec.cost_center == "ML-9"
    assert [operation.kind for operation in record.operations] == [
        OperationKind.PROVISION,
        OperationKind.UPDATE,
        OperationKind.SCALE_DOWN,
        OperationKind.WAKE,
        OperationKind.DELETE,
    ]


@pytest.mark.parametrize(
    "event", [SCALE_DOWN, DELETE, UPDATE], ids=["scale-down", "delete", "update"]
)
async def test_a_message_waits_until_the_operation_before_it_has_ended(
    queue: MessageQueue, hub: FakeHub, event: dict[str, Any]
):
    await queue.deliver(PROVISION, "message-0")
    assert await queue.deliver(event) == "released"
    assert len(queue.sleeps) == ATTEMPTS - 1
    assert list(hub.instances) == ["fraud-llm.1"]
    queue.during_sleep.append(lambda: hub.finish("fraud-llm.1", Phase.READY))
    assert await queue.deliver(event) == "completed"
    assert list(hub.instances) == ["fraud-llm.1", "fraud-llm.2"]


async def test_a_forced_deletion_does_not_wait(queue: MessageQueue, hub: FakeHub):
    await queue.deliver(PROVISION, "message-0")
    assert await queue.deliver(cloud_event("delete", {**NAME, "force": True})) == "completed"
    assert list(hub.instances) == ["fraud-llm.1", "fraud-llm.2"]


async def test_deleting_what_is_not_there_is_done_already(queue: MessageQueue, hub: FakeHub):
    assert await queue.deliver(DELETE) == "completed"
    assert hub.instances == {}


@pytest.mark.parametrize(
    ("content", "reason", "description"),
    [
        pytest.param(b"{", "InvalidJson", "The body is not valid JSON", id="not JSON"),
        pytest.param(b"\xff\xfe", "InvalidJson", "The body is not valid JSON", id="not text"),
        pytest.param(
            b" " * (MAX_BODY_BYTES + 1), "BodyTooLarge", "The body has 1048577 bytes", id="huge"
        ),
        pytest.param(b'{"id":1,"id":2}', "DuplicateKey", "id: The key is", id="a key twice"),
        pytest.param(
            cloud_event("provision", spec_body(regions=["\ud800"])),
            "InvalidCharacter",
            "data.regions[0]: Remove U+D800",
            id="a lone surrogate",
        ),
        pytest.param([1], "InvalidBody", "Send a CloudEvent as a JSON object.", id="no object"),
        pytest.param(cloud_event("x", NAME), "UnknownEventType", "type: Use one of", id="type"),
        pytest.param(
            cloud_event("provision", spec_body(colour="blue")),
            "UnknownField",
            "colour: Remove 'colour'.",
            id="an unknown field",
        ),
        pytest.param(
            WAKE, "EnvironmentNotFound", "There is no environment 'fraud-llm'.", id="who"
        ),
    ],
)
async def test_what_can_never_work_is_dead_lettered_at_once(
    queue: MessageQueue, hub: FakeHub, content: Any, reason: str, description: str
):
    assert await queue.deliver(content) == "dead-lettered"
    code, explanation = queue.reasons["message-1"]
    assert (code, explanation[: len(description)]) == (reason, description)
    assert hub.instances == {}
    assert queue.sleeps == []


@pytest.mark.parametrize("field", ["expiresAt", "idle.keepUntil"])
@pytest.mark.parametrize("time", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"])
async def test_a_time_at_the_edge_of_the_calendar_is_dead_lettered(
    queue: MessageQueue, field: str, time: str
):
    spec = (
        spec_body(expiresAt=time) if field == "expiresAt" else spec_body(idle={"keepUntil": time})
    )
    assert await queue.deliver(cloud_event("provision", spec)) == "dead-lettered"
    assert queue.reasons["message-1"][0] == "InvalidValue"
    assert queue.reasons["message-1"][1].startswith(f"{field}: ")


class RawMessage(FakeMessage):
    """A message whose body is what the SDK yields for other AMQP body types."""

    @property
    def body(self) -> Any:
        return self.content


@pytest.mark.parametrize(
    "body",
    ["{}", None, 5, {"specversion": "1.0"}, [["value"]], iter([b"{", 5])],
    ids=["text", "none", "number", "map", "sequence", "mixed"],
)
async def test_a_body_that_is_not_bytes_is_dead_lettered(
    queue: MessageQueue, hub: FakeHub, body: Any
):
    await take_message(RawMessage(body), queue, hub, a_policy(), read_ample_market, queue.sleep)
    assert queue.fate == {"message-1": "dead-lettered"}
    assert queue.reasons["message-1"][0] == "InvalidBody"


class UnreadableMessage(FakeMessage):
    @property
    def body(self) -> Any:
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")


async def test_an_exception_while_parsing_is_dead_lettered(queue: MessageQueue, hub: FakeHub):
    message = UnreadableMessage(b"")
    await take_message(message, queue, hub, a_policy(), read_ample_market, queue.sleep)
    assert queue.fate == {"message-1": "dead-lettered"}
    assert queue.reasons["message-1"][0] == "UnreadableMessage"


@pytest.mark.parametrize(
    ("content", "target"),
    [
        pytest.param(cloud_event("wake", []), "data", id="data"),
        pytest.param(cloud_event("wake", {"name": 5}), "name", id="name"),
        pytest.param({**WAKE, "id": "x" * 300}, "id", id="an id that is too long"),
        pytest.param({**WAKE, "source": "x" * 2000}, "source", id="a source that is too long"),
        pytest.param({**WAKE, "type": ["wake"]}, "type", id="type"),
        pytest.param({**WAKE, "specversion": 1.0}, "specversion", id="specversion"),
    ],
)
async def test_a_field_of_the_wrong_type_is_dead_lettered_by_name(
    queue: MessageQueue, content: Any, target: str
):
    assert await queue.deliver(content) == "dead-lettered"
    assert queue.reasons["message-1"][1].startswith(f"{target}: ")


async def test_what_is_refused_for_good_says_what_rest_would_say(
    queue: MessageQueue, hub: FakeHub, api: Api
):
    await queue.deliver(PROVISION)
    hub.finish("fraud-llm.1", Phase.READY)
    other = cloud_event("provision", spec_body(costCenter="ML-9"))
    assert await queue.deliver(other, "message-2") == "dead-lettered"
    answer = await api.create(spec_body(costCenter="ML-9"))
    assert queue.reasons["message-2"] == (answer.error["code"], answer.error["message"])
    assert await queue.deliver(WAKE, "message-3") == "dead-lettered"
    assert queue.reasons["message-3"][0] == "WrongPhase"
    moved = cloud_event("update", spec_body(regions=["swedencentral"]))
    assert await queue.deliver(moved, "message-4") == "dead-lettered"
    assert queue.reasons["message-4"][0] == "FieldCannotBeChanged"
    assert queue.reasons["message-4"][1].startswith("regions cannot be changed in place.")
    assert list(hub.instances) == ["fraud-llm.1"]


async def test_several_problems_are_all_in_the_description(queue: MessageQueue):
    await queue.deliver(cloud_event("provision", spec_body(colour="blue", owner="nobody")))
    code, explanation = queue.reasons["message-1"]
    assert code == "InvalidRequest"
    assert "\nowner: Use an e-mail address" in explanation
    assert "\ncolour: Remove 'colour'" in explanation


async def test_a_description_is_never_longer_than_service_bus_takes(queue: MessageQueue):
    many = {f"field{number}" * 8: 1 for number in range(50)}
    assert await queue.deliver(cloud_event("provision", spec_body(**many))) == "dead-lettered"
    assert len(queue.reasons["message-1"][1]) == MAX_DESCRIPTION_LENGTH


class AwayHub(FakeHub):
    """A task hub that is away for a while."""

    failures: list[grpc.StatusCode]

    async def get_entity(self, *arguments: Any, **options: Any) -> Any:
        if self.failures:
            raise rpc_error(self.failures.pop(0))
        return await super().get_entity(*arguments, **options)


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED])
async def test_while_the_task_hub_is_away_the_message_stays_where_it_is(code: grpc.StatusCode):
    hub = AwayHub()
    hub.failures = [code] * ATTEMPTS
    queue = MessageQueue(hub)
    assert await queue.deliver(PROVISION) == "released"
    hub.failures = [code]
    assert await queue.deliver(PROVISION) == "completed"
    assert list(hub.instances) == ["fraud-llm.1"]


async def test_what_nobody_expected_is_left_to_the_host_to_abandon():
    hub = AwayHub()
    hub.failures = [grpc.StatusCode.INTERNAL]
    queue = MessageQueue(hub)
    with pytest.raises(grpc.aio.AioRpcError):
        await queue.deliver(PROVISION)
    assert queue.fate == {}


@pytest.mark.parametrize(
    ("source", "event", "code"),
    [
        ("/portals/nowhere", PROVISION, "SenderNotAllowed"),
        ("/portals/risk/1", PROVISION, "CostCenterNotAllowed"),
        ("/portals/risk/1", DELETE, "CostCenterNotAllowed"),
        ("/portals/risk/1", WAKE, "CostCenterNotAllowed"),
        ("/portals/risk/1", ROLLBACK, "CostCenterNotAllowed"),
    ],
)
async def test_a_message_has_the_authority_of_its_sender(
    queue: MessageQueue, source: str, event: dict[str, Any], code: str
):
    queue.read_policy = reading(TWO_TEAMS)
    if event is not PROVISION:
        assert await queue.deliver(PROVISION, "first") == "completed"
        queue.hub.finish("fraud-llm.1", Phase.SCALED_DOWN)
    assert await queue.deliver({**event, "source": source}) == "dead-lettered"
    assert queue.reasons["message-1"][0] == code


async def test_a_sender_does_what_it_likes_with_what_is_its_own(queue: MessageQueue):
    queue.read_policy = reading(TWO_TEAMS)
    assert await queue.deliver(PROVISION) == "completed"
    queue.hub.finish("fraud-llm.1", Phase.READY)
    assert await queue.deliver(DELETE, "message-2") == "completed"
    assert "fraud-llm.2" in queue.hub.instances


async def test_a_message_waits_while_there_is_no_policy(hub: FakeHub):
    queue = MessageQueue(hub, read_policy=reading(None, "line 1: Not valid YAML."))
    assert await queue.deliver(PROVISION) == "released"
    assert hub.instances == {}


async def test_a_message_rolls_back(queue: MessageQueue, hub: FakeHub):
    await queue.deliver(PROVISION)
    hub.finish("fraud-llm.1", Phase.READY)
    workload = {**spec_body()["workload"], "image": "registry.example.com/llm:2"}
    await queue.deliver(cloud_event("update", spec_body(workload=workload)), "message-2")
    hub.finish("fraud-llm.2", Phase.READY)
    rollback = cloud_event("rollback", {**NAME, "reason": "It is slow."})
    assert await queue.deliver(rollback, "message-3") == "completed"
    record = hub.deliver("fraud-llm.3")
    assert record.spec.workload.image == spec_body()["workload"]["image"]
    assert record.operations[-1].rollback
    assert record.operations[-1].rollback.reason == "It is slow."


async def test_a_message_may_refer_to_a_version_in_the_registry(
    queue: MessageQueue, hub: FakeHub, api: Api
):
    await api.send("POST", "models", EXAMPLE_MODEL)
    named = {"model": {"name": "fraud-llm", "version": "1"}}
    assert await queue.deliver(cloud_event("provision", spec_body(workload=named))) == "completed"
    assert hub.deliver("fraud-llm.1").spec.workload.image == EXAMPLE_MODEL["image"]
    named["model"]["version"] = "2"
    sent = cloud_event("update", spec_body(workload=named))
    assert await queue.deliver(sent, "message-2") == "dead-lettered"
    assert queue.reasons["message-2"][0] == "ModelVersionNotFound"
