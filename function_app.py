"""Composition root: settings, clients, and the registration of all functions."""

import os
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

import azure.functions as func
from azure.durable_functions import DFApp, DurableFunctionsClient
from durabletask.entities import EntityContext

from activities.begin_delete_orphan import begin_delete_orphan
from activities.bury_deleted import bury_deleted
from activities.forget_plans import forget_plans
from activities.logs import Activity, run_activity
from activities.purge_ended import purge_ended
from activities.registered import ACTIVITIES, SPEC_ACTIVITIES
from activities.start_orchestration import start_orchestration
from clients.factory import ClientFactory
from clients.market_reader import LazyMarketReader
from clients.sdk_logs import limit_sdk_logs
from clients.settings import Settings
from domain.events.cloud_events import build_event_source
from domain.guard.billed_costs import BilledCosts
from domain.guard.policy.in_force import NO_POLICY_FILE, PolicyInForce
from domain.outcomes import Outcome
from domain.serving.cluster_access import ClusterAnswer
from domain.serving.invocations.log_answer import LogAnswer
from domain.serving.pod_logs import PodLogAnswer, PodLogQuery
from orchestrators.audit_entity import audit
from orchestrators.await_edge import await_edge
from orchestrators.await_operation import await_operation
from orchestrators.await_ready import await_ready
from orchestrators.blocklist_entity import blocklist
from orchestrators.claims_entity import claims
from orchestrators.connect_cell import connect_cell
from orchestrators.delete_environment import delete_environment
from orchestrators.delete_resources import delete_resources
from orchestrators.deliver_event import deliver_event
from orchestrators.directory_entity import directory
from orchestrators.environment_entity import environment
from orchestrators.market_entity import market
from orchestrators.model_entity import registered_model
from orchestrators.orphans_entity import orphans
from orchestrators.plan_entity import plan
from orchestrators.provision_cell import provision_cell
from orchestrators.provision_environment import provision_environment
from orchestrators.purge_history import purge_history
from orchestrators.scale_down_cell import scale_down_cell
from orchestrators.scale_down_environment import scale_down_environment
from orchestrators.step_batches import with_step_batches
from orchestrators.sweep_environment import sweep_environment
from orchestrators.sweep_idle_pools import sweep_idle_pools
from orchestrators.update_environment import update_environment
from orchestrators.wake_cell import wake_cell
from orchestrators.wake_environment import wake_environment
from orchestrators.wake_on_request import wake_on_request
from orchestrators.watch_traffic import watch_traffic
from orchestrators.wire_edge import wire_edge
from triggers import service_bus_requests
from triggers.declarations import Deployment, Route
from triggers.dispatch import answer_request
from triggers.http_methods import (
    METHODS,
    list_methods,
    list_supported_methods,
    refuse_method,
)
from triggers.logs import log_audit, log_change
from triggers.portal import PORTAL_FUNCTIONS
from triggers.routes import ROUTES
from triggers.swept_claims import claim_for_sweep
from triggers.timer_market import run_market
from triggers.timer_purge import run_purge
from triggers.timer_sweep import run_sweep
from triggers.timer_wake import run_wake

# Callers' input crosses the durable boundary: a class name in it must not select a Python class.
os.environ["AZURE_FUNCTIONS_DURABLE_STRICT_TYPING"] = "1"

limit_sdk_logs()
settings = Settings.from_environment()
clients = ClientFactory(settings)
app = DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


ORCHESTRATORS = (
    provision_environment,
    update_environment,
    provision_cell,
    wire_edge,
    delete_environment,
    delete_resources,
    scale_down_environment,
    scale_down_cell,
    wake_environment,
    wake_cell,
    sweep_idle_pools,
    sweep_environment,
    wake_on_request,
    await_operation,
    await_ready,
    connect_cell,
    watch_traffic,
    await_edge,
    deliver_event,
    purge_history,
)


async def read_logs(query: str) -> LogAnswer:
    return await clients.logs.query(query)


async def read_pod_log(query: PodLogQuery) -> PodLogAnswer:
    return await clients.pod_logs.read(query)


async def read_clusters(environment: str, regions: Sequence[str]) -> Sequence[ClusterAnswer]:
    return await clients.cluster_access.read(environment, regions)


READ_MARKET = LazyMarketReader(clients)


async def read_billed(first: date, last: date) -> BilledCosts:
    return await clients.cost_management.read(first, last)


async def read_policy() -> PolicyInForce:
    return await clients.policy_file.read() if clients.policy_file else NO_POLICY_FILE


async def start_claimed(value: dict[str, Any], client: DurableFunctionsClient) -> Outcome:
    claim = partial(claim_for_sweep, READ_MARKET, read_policy)
    return await start_orchestration(value, client, claim)


start_claimed.__name__ = start_orchestration.__name__

DEPLOYMENT = Deployment(
    policy=settings.policy,
    requires_app_roles=settings.requires_app_roles,
    build_commit=settings.build_commit,
    read_market=READ_MARKET,
    read_policy=read_policy,
    read_pod_log=read_pod_log,
    read_clusters=read_clusters,
    read_logs=read_logs if settings.log_workspace_id else None,
    read_billed=read_billed if settings.cost_management else None,
    developer=settings.developer,
)


def register_route(route: Route[Any, Any]) -> None:
    async def serve(req: func.HttpRequest, client: DurableFunctionsClient) -> func.HttpResponse:
        return await answer_request(
            route,
            req,
            client,
            DEPLOYMENT,
        )

    serve.__name__ = f"http_{route.handler.__name__}"
    with_client = app.durable_client_input(client_name="client")(serve)
    app.route(route=route.path, methods=list_methods(route))(with_client)


def register_other_methods(path: str) -> None:
    supported = list_supported_methods(path, ROUTES)

    async def refuse(req: func.HttpRequest) -> func.HttpResponse:
        return await refuse_method(req, supported)

    refuse.__name__ = f"http_refuse_method_{re.sub(r'\W+', '_', path).strip('_')}"
    others = [method for method in METHODS if method not in supported]
    app.route(route=path, methods=others)(refuse)


def register_portal() -> None:
    for path, serve in PORTAL_FUNCTIONS:
        app.route(route=path, methods=["GET", "HEAD"])(serve)


def register_activity(activity: Activity) -> None:
    async def run(value: Any) -> Any:  # the worker accepts classes as annotations, but no generics
        return (await run_activity(activity, value, clients)).to_wire()

    run.__name__ = activity.__name__
    app.activity_trigger(input_name="value")(run)


def register_activity_with_hub(
    activity: Callable[
        [dict[str, Any], ClientFactory, DurableFunctionsClient], Awaitable[Outcome]
    ],
) -> None:
    async def run(value: Any, client: DurableFunctionsClient) -> Any:
        return (await run_activity(activity, value, clients, client)).to_wire()

    run.__name__ = activity.__name__
    with_trigger = app.activity_trigger(input_name="value")(run)
    app.durable_client_input(client_name="client")(with_trigger)


def register_entity() -> None:
    """Without a Service Bus namespace no events are published."""
    source = build_event_source(settings.subscription_id) if settings.has_service_bus else None

    def run(context: EntityContext, value: Any) -> Any:
        return environment(context, value, source, log_change)

    run.__name__ = environment.__name__
    app.entity_trigger(context_name="context")(run)


def register_audit() -> None:
    def run(context: EntityContext, value: Any) -> Any:
        return audit(context, value, log_audit)

    run.__name__ = audit.__name__
    app.entity_trigger(context_name="context")(run)


def register_shared_entity(entity: Callable[[EntityContext, Any], Any]) -> None:
    """One that is of no environment."""

    def run(context: EntityContext, value: Any) -> Any:
        return entity(context, value)

    run.__name__ = entity.__name__
    app.entity_trigger(context_name="context")(run)


def register_hub_activity(
    activity: Callable[[dict[str, Any], DurableFunctionsClient], Awaitable[Outcome]],
) -> None:
    async def run(value: Any, client: DurableFunctionsClient) -> Any:
        return (await run_activity(activity, value, client)).to_wire()

    run.__name__ = activity.__name__
    with_trigger = app.activity_trigger(input_name="value")(run)
    app.durable_client_input(client_name="client")(with_trigger)


def register_sweep() -> None:
    async def run(timer: func.TimerRequest, client: DurableFunctionsClient) -> None:
        await run_sweep(
            timer,
            client,
            READ_MARKET,
            settings.allowed_regions,
            settings.build_commit,
            read_policy,
        )

    run.__name__ = run_sweep.__name__
    with_client = app.durable_client_input(client_name="client")(run)
    app.timer_trigger(arg_name="timer", schedule=settings.sweep_schedule, use_monitor=True)(
        with_client
    )


def register_wake() -> None:
    async def run(timer: func.TimerRequest, client: DurableFunctionsClient) -> None:
        await run_wake(timer, client, read_policy)

    run.__name__ = run_wake.__name__
    with_client = app.durable_client_input(client_name="client")(run)
    # Without a monitor: a look that was missed is made up for by the next one.
    app.timer_trigger(arg_name="timer", schedule=settings.wake_schedule, use_monitor=False)(
        with_client
    )


def register_market() -> None:
    async def run(timer: func.TimerRequest, client: DurableFunctionsClient) -> None:
        await run_market(timer, client, READ_MARKET, settings.allowed_regions)

    run.__name__ = run_market.__name__
    with_client = app.durable_client_input(client_name="client")(run)
    # Without a monitor: what a missed run would have read, requests read.
    app.timer_trigger(arg_name="timer", schedule=settings.market_schedule, use_monitor=False)(
        with_client
    )


def register_purge() -> None:
    async def run(timer: func.TimerRequest, client: DurableFunctionsClient) -> None:
        await run_purge(timer, client, settings.retention_days, settings.audit_retention_days)

    run.__name__ = run_purge.__name__
    with_client = app.durable_client_input(client_name="client")(run)
    app.timer_trigger(arg_name="timer", schedule=settings.purge_schedule, use_monitor=True)(
        with_client
    )


def register_messages() -> None:
    # The import loads the Service Bus SDK, which only an app with a queue should pay for.
    from azurefunctions.extensions.bindings.servicebus import (  # pyright: ignore[reportMissingTypeStubs]
        ServiceBusMessageActions,
        ServiceBusReceivedMessage,
    )

    async def run(
        message: ServiceBusReceivedMessage,
        actions: ServiceBusMessageActions,
        client: DurableFunctionsClient,
    ) -> None:
        await service_bus_requests.take_message(
            message, actions, client, settings.policy, READ_MARKET, read_policy=read_policy
        )

    run.__name__ = service_bus_requests.take_message.__name__
    with_client = app.durable_client_input(client_name="client")(run)
    app.service_bus_queue_trigger(
        arg_name="message",
        queue_name=service_bus_requests.QUEUE,
        connection="SERVICE_BUS",
        is_sessions_enabled=True,
        auto_complete_messages=False,
    )(with_client)


for route in ROUTES:
    register_route(route)
for path in {route.path: None for route in ROUTES}:
    register_other_methods(path)
register_portal()
for orchestrator in ORCHESTRATORS:
    app.orchestration_trigger(context_name="context")(with_step_batches(orchestrator))
for activity in ACTIVITIES:
    register_activity(activity)
for activity_with_hub in (*SPEC_ACTIVITIES, begin_delete_orphan):
    register_activity_with_hub(activity_with_hub)
register_entity()
for shared_entity in (orphans, blocklist, directory, plan, market, claims, registered_model):
    register_shared_entity(shared_entity)
register_audit()
for hub_activity in (start_claimed, purge_ended, bury_deleted, forget_plans):
    register_hub_activity(hub_activity)
register_sweep()
register_wake()
register_purge()
register_market()
if settings.has_service_bus:
    register_messages()
