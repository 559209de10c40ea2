"""A foreign app in the style of Durable 1.x: one-argument orchestrators, every route syntax."""

# The SDK runs this style but its type annotations know only the two-argument one.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false

import asyncio
import json
import logging
import os
import threading
from datetime import timedelta
from pathlib import Path

import azure.durable_functions as df
import azure.functions as func
from orders import orders

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
app.register_functions(orders)


def answer(req: func.HttpRequest, **more: object) -> func.HttpResponse:
    told = {"method": req.method, "url": req.url, "params": dict(req.route_params), **more}
    return func.HttpResponse(json.dumps(told), mimetype="application/json")


@app.route()
def plain(req: func.HttpRequest) -> str:
    return f"{req.method} {req.params.get('name', 'nobody')}"


@app.route(route="typed/{id:int}")
def typed_int(req: func.HttpRequest) -> func.HttpResponse:
    return answer(req, function="typed_int")


@app.route(route="typed/{name}")
def typed_any(req: func.HttpRequest) -> func.HttpResponse:
    return answer(req, function="typed_any")


@app.route(route="typed/special")
def typed_special(req: func.HttpRequest) -> func.HttpResponse:
    return answer(req, function="typed_special")


@app.route(route="optional/{first?}")
def optional(req: func.HttpRequest) -> func.HttpResponse:
    return answer(req)


@app.route(route="files/{*path}", methods=["GET", "HEAD"])
def files(req: func.HttpRequest) -> func.HttpResponse:
    return answer(req)


@app.route(route="echo", methods=["POST"])
async def echo(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    headers = {"X-Seen": req.headers["X-Given"], "X-Function": context.function_name}
    response = func.HttpResponse(
        req.get_body(), status_code=201, headers=headers, mimetype="application/octet-stream"
    )
    response.headers.add("Set-Cookie", "a=1; Path=/")
    response.headers.add("Set-Cookie", "b=2; HttpOnly")
    return response


@app.route(route="nothing")
def nothing(req: func.HttpRequest):
    return None


@app.route(route="broken")
def broken(req: func.HttpRequest) -> str:
    raise RuntimeError("a secret of the app")


@app.route(route="setting/{name}")
def setting(req: func.HttpRequest) -> str:
    return os.environ.get(req.route_params["name"], "unset")


@app.route(route="thread")
def thread(req: func.HttpRequest, context: func.Context) -> str:
    stored = getattr(context.thread_local_storage, "invocation_id", None)
    is_same = stored == context.invocation_id
    return f"{threading.current_thread() is threading.main_thread()} {is_same}"


@app.timer_trigger(arg_name="timer", schedule="0 */5 * * * *")
def sweep(timer: func.TimerRequest) -> None:
    logging.info("swept, past due: %s", timer.past_due, extra={"operation": "sweep-1"})


@app.orchestration_trigger(context_name="context")
def classic_flow(context: df.DurableOrchestrationContext):
    given = context.get_input()
    retry = df.RetryOptions(1000, 3)
    first = yield context.call_activity("greet", given)
    second = yield context.call_activity_with_retry("greet", retry, "again")
    both = yield context.task_all(
        [context.call_activity("greet", "one"), context.call_activity("greet", "two")]
    )
    yield context.create_timer(context.current_utc_datetime + timedelta(minutes=10))
    event = yield context.wait_for_external_event("go")
    child = yield context.call_sub_orchestrator("classic_child", event)
    return [first, second, *both, child]


@app.orchestration_trigger(context_name="context")
def classic_child(context: df.DurableOrchestrationContext):
    entity = df.EntityId("tally", "t")
    total = yield context.call_entity(entity, "add", 5)
    return {"event": context.get_input(), "total": total}


@app.orchestration_trigger(context_name="context")
def classic_download(context: df.DurableOrchestrationContext):
    """Durable HTTP: a 202 is followed to its Location until the answer is there."""
    answer = yield context.call_http("GET", context.get_input())
    return [answer.status_code, answer.content]


@app.orchestration_trigger(context_name="context")
def classic_retries(context: df.DurableOrchestrationContext):
    """Retries, a timer that loses a race and a failure that is caught."""
    retry = df.RetryOptions(1000, 3)
    runs = yield context.call_activity_with_retry("classic_flaky", retry, context.get_input())
    timeout = context.create_timer(context.current_utc_datetime + timedelta(days=1))
    quick = context.call_activity("greet_later", "you")
    winner = yield context.task_any([timeout, quick])
    timeout.cancel()
    try:
        yield context.call_activity("classic_flaky", "")
    except Exception as error:
        return [runs, winner == quick and quick.result, "nowhere at all" in str(error)]


@app.orchestration_trigger(context_name="context")
def classic_rounds(context: df.DurableOrchestrationContext):
    """Starts anew with each round; a custom status tells which one it is."""
    left = context.get_input()
    context.set_custom_status({"left": left})
    if left:
        context.continue_as_new(left - 1)
        return None
    return context.instance_id


@app.activity_trigger(input_name="name")
def greet(name: str) -> str:
    return f"Hello, {name}!"


@app.activity_trigger(input_name="name")
async def greet_later(name: str) -> str:
    await asyncio.sleep(0)
    return f"Hello at last, {name}!"


@app.activity_trigger(input_name="folder")
def classic_flaky(folder: str) -> int:
    run = len(list(Path(folder or "nowhere at all").iterdir())) + 1
    (Path(folder) / f"run-{run}").touch()
    if run < 3:
        raise ConnectionError(f"run {run} failed")
    return run


@app.entity_trigger(context_name="context")
def tally(context: df.DurableEntityContext):
    total = context.get_state(lambda: 0)
    if context.operation_name == "add":
        total += context.get_input()
    context.set_state(total)
    context.set_result(total)
