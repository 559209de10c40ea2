"""A foreign app in the style of Durable 1.x: one-argument orchestrators, every route syntax."""

# The SDK runs this style but its type annotations know only the two-argument one.
# pyright: reportArgumentType=false

import json
import logging
import os
import threading
from datetime import timedelta

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


@app.activity_trigger(input_name="name")
def greet(name: str) -> str:
    return f"Hello, {name}!"


@app.entity_trigger(context_name="context")
def tally(context: df.DurableEntityContext):
    total = context.get_state(lambda: 0)
    if context.operation_name == "add":
        total += context.get_input()
    context.set_state(total)
    context.set_result(total)
