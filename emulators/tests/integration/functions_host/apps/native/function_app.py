"""A foreign app in durabletask's native style: two-argument orchestrators, async clients."""

import asyncio
import json
import logging
import sys
import time
from datetime import timedelta
from pathlib import Path

import azure.durable_functions as df
import azure.functions as func
from azure.durable_functions.http.builtin import BUILTIN_HTTP_POLL_ORCHESTRATOR_NAME
from azure.durable_functions.http.models import DurableHttpRequest, DurableHttpResponse
from durabletask import task
from durabletask.entities import DurableEntity, EntityInstanceId

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route(route="start/{name}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableFunctionsClient) -> func.HttpResponse:
    body = req.get_body()
    instance_id = await client.schedule_new_orchestration(
        req.route_params["name"],
        input=json.loads(body) if body else None,
        instance_id=req.params.get("id"),
    )
    return client.create_check_status_response(req, instance_id)


@app.route(route="result/{id}", methods=["GET"])
@app.durable_client_input(client_name="client")
def result(req: func.HttpRequest, client: df.SyncDurableFunctionsClient) -> func.HttpResponse:
    """Wait in a thread, with the synchronous client."""
    state = client.wait_for_orchestration_completion(req.route_params["id"], timeout=20)
    return func.HttpResponse(state.serialized_output if state else None)


@app.route(route="counters/{key}/add", methods=["POST"])
@app.durable_client_input(client_name="client")
async def add_to_counter(
    req: func.HttpRequest, client: df.DurableFunctionsClient
) -> func.HttpResponse:
    counter_id = EntityInstanceId("counter", req.route_params["key"])
    await client.signal_entity(counter_id, "add", int(req.get_body()))
    return func.HttpResponse(status_code=202)


@app.activity_trigger(input_name="value")
def add_one(value: int) -> int:
    return value + 1


@app.activity_trigger(input_name="value")
def mirror(value: str) -> str:
    return value


@app.activity_trigger(input_name="text")
async def shout(text: str) -> str:
    await asyncio.sleep(0)
    logging.info("shouting", extra={"environment": text, "resource_id": "/voices/1"})
    return text.upper()


@app.activity_trigger(input_name="nothing")
def is_none(nothing: object) -> bool:
    return nothing is None


@app.activity_trigger(input_name="folder")
def hold(folder: str) -> str:
    """Block at the first run, so that a test can kill the host within it."""
    run = len(list(Path(folder).iterdir())) + 1
    (Path(folder) / f"run-{run}").touch()
    if run == 1:
        time.sleep(60)
    return f"run {run}"


@app.activity_trigger(input_name="folder")
def flaky(folder: str) -> int:
    run = len(list(Path(folder).iterdir())) + 1
    (Path(folder) / f"run-{run}").touch()
    if run < 3:
        raise ConnectionError(f"run {run} failed")
    return run


@app.activity_trigger(input_name="value")
def refuse(value: str) -> None:
    raise ValueError(value) if value else ValueError


@app.activity_trigger(input_name="nothing")
def leave(nothing: object) -> None:
    sys.exit(3)


@app.activity_trigger(input_name="nothing")
async def leave_later(nothing: object) -> None:
    sys.exit(3)


@app.orchestration_trigger(context_name="context")
def leaving(context, value):
    sys.exit(3)


@app.orchestration_trigger(context_name="context")
def chain(context, value):
    for _ in range(3):
        value = yield context.call_activity("add_one", input=value)
    return value


@app.orchestration_trigger(context_name="context")
def fan(context, width):
    tasks = [context.call_activity("shout", input=f"voice {n}") for n in range(width)]
    return (yield task.when_all(tasks))


crowd: set[int] = set()


@app.activity_trigger(input_name="number")
async def gather(number: int) -> int:
    """Tell how many run at this moment."""
    crowd.add(number)
    size = len(crowd)
    await asyncio.sleep(0.1)
    crowd.discard(number)
    return size


@app.orchestration_trigger(context_name="context")
def crowding(context, width):
    tasks = [context.call_activity("gather", input=number) for number in range(width)]
    return max((yield task.when_all(tasks)))


@app.orchestration_trigger(context_name="context")
def parent(context, values):
    children = [context.call_sub_orchestrator("chain", input=value) for value in values]
    return (yield task.when_all(children))


@app.orchestration_trigger(context_name="context")
def sleeper(context, _):
    began = context.current_utc_datetime
    yield context.create_timer(timedelta(hours=1))
    slept = context.current_utc_datetime - began
    return slept >= timedelta(hours=1)


@app.orchestration_trigger(context_name="context")
def approval(context, hours):
    context.set_custom_status({"waiting": "approval"})
    answer = context.wait_for_external_event("approval")
    timeout = context.create_timer(timedelta(hours=hours or 24 * 365))
    winner = yield task.when_any([answer, timeout])
    return answer.get_result() if winner is answer else "nobody answered"


@app.orchestration_trigger(context_name="context")
def retrying(context, folder):
    policy = task.RetryPolicy(first_retry_interval=timedelta(seconds=10), max_number_of_attempts=5)
    return (yield context.call_activity("flaky", input=folder, retry_policy=policy))


@app.orchestration_trigger(context_name="context")
def once(context, folder):
    return (yield context.call_activity("flaky", input=folder))


@app.orchestration_trigger(context_name="context")
def holding(context, folder):
    held = yield context.call_activity("hold", input=folder)
    return [held, (yield context.call_activity("add_one", input=1))]


@app.orchestration_trigger(context_name="context")
def download(context, url):
    """Native contexts have no `call_http`; what that calls is an orchestrator like any other."""
    request = DurableHttpRequest("GET", url).to_json()
    answer = yield context.call_sub_orchestrator(
        BUILTIN_HTTP_POLL_ORCHESTRATOR_NAME, input=request, return_type=DurableHttpResponse
    )
    return [answer.status_code, answer.content]


@app.orchestration_trigger(context_name="context")
def rounds(context, left):
    context.set_custom_status({"left": left})
    if left:
        context.continue_as_new(left - 1)
        return None
    return context.instance_id


@app.orchestration_trigger(context_name="context")
def transfer(context, amount):
    """Two entities under one lock."""
    source, target = EntityInstanceId("counter", "source"), EntityInstanceId("counter", "target")
    with (yield context.lock_entities([source, target])):
        yield context.call_entity(source, "add", -amount)
        yield context.call_entity(target, "add", amount)
        left = yield context.call_entity(source, "get")
        return [left, (yield context.call_entity(target, "get"))]


@app.orchestration_trigger(context_name="context")
def calling(context, call):
    """Call whatever the test names, and tell how it failed."""
    try:
        return (yield context.call_activity(call["activity"], input=call.get("input")))
    except task.TaskFailedError as error:
        return {"type": error.details.error_type, "message": error.details.message}


@app.orchestration_trigger(context_name="context")
def failing(context, message):
    raise RuntimeError(message)


@app.orchestration_trigger(context_name="context")
def counting(context, key):
    entity = EntityInstanceId("counter", key)
    yield context.call_entity(entity, "add", 2)
    context.signal_entity(entity, "add", 3)
    return (yield context.call_entity(entity, "get"))


@app.orchestration_trigger(context_name="context")
def asking_nobody(context, _):
    try:
        return (yield context.call_entity(EntityInstanceId("ghost", "1"), "get"))
    except Exception as error:
        return str(error)


@app.entity_trigger(context_name="context")
def counter(context, amount):
    total = context.get_state(int, 0)
    if context.operation == "add":
        total += amount
        context.set_state(total)
    return total


@app.entity_trigger(context_name="context", entity_name="Ledger")
class LedgerEntity(DurableEntity):
    def book(self, amount):
        entries = [*self.get_state(list, []), amount]
        self.set_state(entries)
        return entries


@app.orchestration_trigger(context_name="context", orchestration="BookKeeping")
def bookkeeping(context, amounts):
    entries = None
    for amount in amounts:
        entries = yield context.call_entity(EntityInstanceId("Ledger", "main"), "book", amount)
    return entries
