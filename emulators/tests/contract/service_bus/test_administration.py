"""The administration client of the real SDK against the namespace's HTTP side."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.identity.aio import ManagedIdentityCredential
from azure.servicebus import ServiceBusMessage
from azure.servicebus._base_handler import ServiceBusSharedKeyCredential
from azure.servicebus.aio import ServiceBusClient
from azure.servicebus.aio.management import ServiceBusAdministrationClient
from azure.servicebus.exceptions import MessagingEntityNotFoundError, ServiceBusError
from azure.servicebus.management import AccessRights, AuthorizationRule, EntityStatus

from emulators.azure.process import RunningSimulator
from emulators.azure.service_bus.access import read_assignments, read_rules
from emulators.azure.service_bus.settings import Entities, QueueSettings
from emulators.tests.contract.service_bus.conftest import receive
from emulators.tests.support.simulator import simulator_in_process
from emulators.tests.support.tls import client_context

FOR_EVER = timedelta(days=10675199, hours=2, minutes=48, seconds=5, microseconds=477581)


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[RunningSimulator]:
    async with simulator_in_process(tmp_path) as (running, _):
        yield running


@pytest.fixture
def ready(running: RunningSimulator, tmp_path: Path) -> dict[str, Any]:
    return json.loads((tmp_path / "simulator.json").read_text())


AdminBy = Callable[[str, str], AbstractAsyncContextManager[ServiceBusAdministrationClient]]


@pytest.fixture
def admin_by(ready: dict[str, Any]) -> AdminBy:
    """Clients by a policy's name and key."""

    def connect(name: str, key: str) -> ServiceBusAdministrationClient:
        host = ready["url"].removeprefix("https://")
        text = f"Endpoint=sb://{host}/;SharedAccessKeyName={name};SharedAccessKey={key}"
        return ServiceBusAdministrationClient.from_connection_string(
            text, connection_verify=ready["caBundle"], retry_total=0
        )

    return connect


@pytest.fixture
async def admin(
    admin_by: AdminBy, ready: dict[str, Any]
) -> AsyncIterator[ServiceBusAdministrationClient]:
    parts = dict(part.split("=", 1) for part in ready["serviceBus"].rstrip(";").split(";"))
    async with admin_by(parts["SharedAccessKeyName"], parts["SharedAccessKey"]) as client:
        yield client


@pytest.fixture
async def messages(ready: dict[str, Any]) -> AsyncIterator[ServiceBusClient]:
    async with ServiceBusClient.from_connection_string(
        ready["serviceBus"], retry_total=0
    ) as client:
        yield client


async def test_a_queue_is_made_with_the_defaults_of_azure(
    admin: ServiceBusAdministrationClient,
) -> None:
    made = await admin.create_queue("Jobs")
    found = await admin.get_queue("jobs")
    for queue in (made, found):
        assert queue.lock_duration == timedelta(minutes=1)
        assert queue.max_delivery_count == 10
        assert queue.default_message_time_to_live == FOR_EVER
        assert queue.requires_session is False
        assert queue.requires_duplicate_detection is False
        assert queue.duplicate_detection_history_time_window == timedelta(minutes=10)
        assert queue.dead_lettering_on_message_expiration is False
        assert queue.status == EntityStatus.ACTIVE
        assert queue.max_size_in_megabytes == 1024
        assert queue.max_message_size_in_kilobytes == 256
        assert queue.enable_batched_operations is True
        assert queue.availability_status == "Available"


async def test_a_queue_has_what_it_is_made_with_and_messages_obey_it(
    admin: ServiceBusAdministrationClient, messages: ServiceBusClient
) -> None:
    await admin.create_queue(
        "orders",
        requires_session=True,
        requires_duplicate_detection=True,
        duplicate_detection_history_time_window=timedelta(minutes=5),
        lock_duration="PT1M30S",
        max_delivery_count=3,
        default_message_time_to_live=timedelta(days=2, hours=3, seconds=1.5),
        dead_lettering_on_message_expiration=True,
        user_metadata="mine & yours",
        auto_delete_on_idle="PT6H",
    )
    found = await admin.get_queue("orders")
    assert found.requires_session is True
    assert found.duplicate_detection_history_time_window == timedelta(minutes=5)
    assert found.lock_duration == timedelta(seconds=90)
    assert found.max_delivery_count == 3
    assert found.default_message_time_to_live == timedelta(days=2, hours=3, seconds=1.5)
    assert found.dead_lettering_on_message_expiration is True
    assert (found.user_metadata, found.auto_delete_on_idle) == ("mine & yours", timedelta(hours=6))
    async with messages.get_queue_sender("orders") as sender:
        for _ in range(2):
            await sender.send_messages(ServiceBusMessage("x", session_id="a", message_id="once"))
        with pytest.raises(ServiceBusError, match="SessionId was not set"):
            await sender.send_messages(ServiceBusMessage("x"))
    assert (await admin.get_queue_runtime_properties("orders")).active_message_count == 1


async def test_a_queue_is_changed_in_place(
    admin: ServiceBusAdministrationClient, messages: ServiceBusClient
) -> None:
    queue = await admin.create_queue("jobs")
    async with messages.get_queue_sender("jobs") as sender:
        await sender.send_messages(ServiceBusMessage("before"))
    queue.max_delivery_count = 7
    queue.lock_duration = timedelta(seconds=30)
    queue.status = EntityStatus.SEND_DISABLED
    await admin.update_queue(queue)
    found = await admin.get_queue("jobs")
    assert (found.max_delivery_count, found.lock_duration) == (7, timedelta(seconds=30))
    assert found.status == EntityStatus.SEND_DISABLED
    assert (await admin.get_queue_runtime_properties("jobs")).total_message_count == 1


async def test_runtime_properties_count_messages_by_their_state(
    admin: ServiceBusAdministrationClient, messages: ServiceBusClient, running: RunningSimulator
) -> None:
    before = running.simulator.clock.now()
    await admin.create_queue("jobs")
    due = running.simulator.clock.now() + timedelta(days=365)
    async with messages.get_queue_sender("jobs") as sender:
        await sender.send_messages([ServiceBusMessage(str(number)) for number in range(4)])
        await sender.schedule_messages(ServiceBusMessage("later"), due)
    async with messages.get_queue_receiver("jobs") as receiver:
        dead, deferred, _ = await receive(receiver, 3)
        await receiver.dead_letter_message(dead)
        await receiver.defer_message(deferred)
        found = await admin.get_queue_runtime_properties("jobs")
    assert found.active_message_count == 2, "one is locked, one waits"
    assert found.dead_letter_message_count == 1
    assert found.scheduled_message_count == 1
    assert found.total_message_count == 5
    assert found.transfer_message_count == 0
    assert found.size_in_bytes
    assert found.created_at_utc
    assert before <= found.created_at_utc <= running.simulator.clock.now()


async def test_topics_and_subscriptions(
    admin: ServiceBusAdministrationClient, messages: ServiceBusClient
) -> None:
    await admin.create_topic("news", requires_duplicate_detection=True, enable_express=False)
    await admin.create_subscription("news", "all", max_delivery_count=5)
    await admin.create_subscription("news", "audit", requires_session=True)
    async with messages.get_topic_sender("news") as sender:
        await sender.send_messages(ServiceBusMessage("x", session_id="a"))
    names = [each.name async for each in admin.list_subscriptions("news")]
    assert names == ["all", "audit"]
    assert (await admin.get_subscription("news", "all")).max_delivery_count == 5
    counts = [
        each.active_message_count
        async for each in admin.list_subscriptions_runtime_properties("news")
    ]
    assert counts == [1, 1]
    assert (await admin.get_topic("news")).requires_duplicate_detection is True
    assert (await admin.get_topic_runtime_properties("news")).subscription_count == 2

    topic = await admin.get_topic("news")
    topic.default_message_time_to_live = timedelta(days=1)
    await admin.update_topic(topic)
    assert (await admin.get_topic("news")).default_message_time_to_live == timedelta(days=1)
    subscription = await admin.get_subscription("news", "all")
    subscription.lock_duration = timedelta(seconds=5)
    await admin.update_subscription("news", subscription)
    assert (await admin.get_subscription("news", "all")).lock_duration == timedelta(seconds=5)

    await admin.delete_subscription("news", "audit")
    assert [each.name async for each in admin.list_subscriptions("news")] == ["all"]
    await admin.delete_topic("news")
    with pytest.raises(ResourceNotFoundError):
        await admin.get_topic("news")


@pytest.mark.filterwarnings("ignore:Testing an element's truth value:DeprecationWarning")
async def test_each_subscription_has_the_rule_that_passes_all(
    admin: ServiceBusAdministrationClient,
) -> None:
    (rule,) = [each async for each in admin.list_rules("environment-events", "all")]
    found = await admin.get_rule("environment-events", "all", "$Default")
    assert rule.name == found.name == "$Default"
    assert type(found.filter).__name__ == "TrueRuleFilter"
    with pytest.raises(HttpResponseError, match="is not simulated"):
        await admin.create_rule("environment-events", "all", "mine")


async def test_lists_come_in_pages_and_in_order(
    admin: ServiceBusAdministrationClient, running: RunningSimulator
) -> None:
    names = [f"queue-{number:03}" for number in range(205)]
    queues = tuple(QueueSettings(name) for name in reversed(names))
    running.simulator.service_bus.declare(Entities(queues=queues))
    listed = [each.name async for each in admin.list_queues()]
    assert listed == ["provisioning-requests", *names]
    runtime = [each.name async for each in admin.list_queues_runtime_properties()]
    assert runtime == listed
    assert [each.name async for each in admin.list_topics()] == ["environment-events"]


async def test_an_empty_list_is_empty(
    admin: ServiceBusAdministrationClient, running: RunningSimulator
) -> None:
    await admin.create_topic("quiet")
    assert [each async for each in admin.list_subscriptions("quiet")] == []
    await admin.delete_queue("provisioning-requests")
    assert [each async for each in admin.list_queues()] == []


async def test_policies_are_made_and_hold(
    admin: ServiceBusAdministrationClient, admin_by: AdminBy
) -> None:
    rule = AuthorizationRule(
        type="SharedAccessAuthorizationRule",
        claim_type="SharedAccessKey",
        claim_value="None",
        rights=[AccessRights.MANAGE, AccessRights.LISTEN, AccessRights.SEND],
        key_name="owner",
        primary_key="secret",
        secondary_key="other",
    )
    await admin.create_queue("jobs", authorization_rules=[rule])
    (found,) = (await admin.get_queue("jobs")).authorization_rules or []
    assert (found.key_name, found.primary_key) == ("owner", "secret")
    assert set(found.rights or ()) == {"Listen", "Send", "Manage"}


@pytest.mark.parametrize("kind", ["queue", "topic"])
async def test_what_exists_cannot_be_made_again(
    admin: ServiceBusAdministrationClient, kind: str
) -> None:
    name = {"queue": "provisioning-requests", "topic": "environment-events"}[kind]
    for create in (admin.create_queue, admin.create_topic):
        with pytest.raises(ResourceExistsError) as refused:
            await create(name)
        assert "SubCode=40900. Conflict. You're requesting an operation" in str(refused.value)
        assert f":{name}, Timestamp:" in str(refused.value)
    with pytest.raises(ResourceExistsError, match="already exists"):
        await admin.create_subscription("environment-events", "all")


async def test_what_does_not_exist_is_not_found(admin: ServiceBusAdministrationClient) -> None:
    queue = await admin.get_queue("provisioning-requests")
    queue.name = "unknown"
    for attempt in (
        admin.get_queue("unknown"),
        admin.get_topic_runtime_properties("unknown"),
        admin.get_subscription("environment-events", "unknown"),
        admin.get_subscription("unknown", "all"),
        admin.create_subscription("unknown", "all"),
        admin.update_queue(queue),
        admin.delete_queue("unknown"),
        admin.delete_topic("unknown"),
        admin.delete_subscription("environment-events", "unknown"),
        admin.get_rule("environment-events", "unknown", "$Default"),
    ):
        with pytest.raises(ResourceNotFoundError):
            await attempt


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"requires_session": False}, "RequiresSession property of an existing"),
        ({"requires_duplicate_detection": False}, "RequiresDuplicateDetection property"),
        ({"lock_duration": timedelta(minutes=6)}, "allowed maximum of '5' minutes"),
        ({"max_delivery_count": 0}, "MaxDeliveryCount is not from 1 to 2000"),
        ({"forward_to": "jobs"}, "ForwardTo is not simulated"),
        ({"enable_partitioning": True}, "EnablePartitioning is not simulated"),
    ],
)
async def test_what_a_queue_cannot_be_is_refused(
    admin: ServiceBusAdministrationClient, changes: dict[str, Any], message: str
) -> None:
    queue = await admin.get_queue("provisioning-requests")
    with pytest.raises(HttpResponseError, match=message) as refused:
        await admin.update_queue(queue, **changes)
    assert refused.value.status_code == 400


async def test_a_deleted_queue_takes_its_links_along(
    admin: ServiceBusAdministrationClient, messages: ServiceBusClient
) -> None:
    await admin.create_queue("jobs")
    await admin.create_queue("jobs2")
    async with (
        messages.get_queue_sender("jobs2") as other,
        messages.get_queue_receiver("jobs") as receiver,
    ):
        await admin.delete_queue("jobs")
        with pytest.raises(MessagingEntityNotFoundError, match="has been deleted"):
            await receiver.receive_messages(max_wait_time=5)
        await other.send_messages(ServiceBusMessage("x"))


async def test_a_role_that_manages_is_needed(
    running: RunningSimulator, ready: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", ready["identityEndpoint"])
    monkeypatch.setenv("IDENTITY_HEADER", ready["identityHeader"])
    ca_bundle, host = ready["caBundle"], ready["url"].removeprefix("https://")
    async with (
        ManagedIdentityCredential(connection_verify=ca_bundle) as credential,
        ServiceBusAdministrationClient(
            host, credential, connection_verify=ca_bundle, retry_total=0
        ) as admin,
    ):
        with pytest.raises(ClientAuthenticationError, match="SubCode=40100: Unauthorized"):
            await admin.get_queue("provisioning-requests")
        owner = {
            "principalId": ready["managedIdentity"]["principalId"],
            "role": "Azure Service Bus Data Owner",
        }
        entities = Entities(role_assignments=read_assignments([owner]))
        running.simulator.service_bus.declare(entities)
        assert (await admin.get_queue("provisioning-requests")).requires_session
        assert (await admin.get_namespace_properties()).messaging_sku == "Standard"


async def test_keys_that_do_not_hold_or_do_not_manage(
    admin_by: AdminBy, running: RunningSimulator
) -> None:
    async with admin_by("RootManageSharedAccessKey", "wrong") as admin:
        with pytest.raises(ClientAuthenticationError, match="InvalidSignature"):
            await admin.get_queue("provisioning-requests")
    rules = read_rules([{"name": "reads", "rights": ["Listen"], "primaryKey": "k"}])
    running.simulator.service_bus.declare(Entities(authorization_rules=rules))
    async with admin_by("reads", "k") as admin:
        with pytest.raises(ClientAuthenticationError, match="SubCode=40100"):
            await admin.get_queue("provisioning-requests")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "text"),
    [
        ("PUT", "/jobs", "<entry", 400, "The body is no XML"),
        ("PUT", "/jobs", "<entry/>", 400, "no entry with a description"),
        ("PUT", "/jobs", "<entry><content><Odd/></content></entry>", 400, "A Odd does not"),
        ("POST", "/jobs", "", 404, "No service is hosted at the specified address."),
        ("GET", "/", "", 200, "Publicly Listed Services"),
    ],
)
async def test_requests_that_no_sdk_makes(
    ready: dict[str, Any], method: str, path: str, body: str, status: int, text: str
) -> None:
    parts = dict(part.split("=", 1) for part in ready["serviceBus"].rstrip(";").split(";"))
    key = ServiceBusSharedKeyCredential(parts["SharedAccessKeyName"], parts["SharedAccessKey"])
    headers = {"Authorization": key.get_token(ready["url"]).token}
    connector = aiohttp.TCPConnector(ssl=client_context(ready["caBundle"]))
    async with aiohttp.ClientSession(connector=connector) as session:
        url = f"{ready['url']}{path}?api-version=2021-05"
        async with session.request(method, url, data=body, headers=headers) as answer:
            assert answer.status == status
            assert text in await answer.text()
        async with session.request(method, url, data=body) as answer:
            assert answer.status == 401
            assert "MalformedToken: Invalid authorization header" in await answer.text()
