"""A foreign app in durabletask's native style: two-argument orchestrators, async clients."""

import json

import azure.durable_functions as df
import azure.functions as func

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


@app.activity_trigger(input_name="value")
def add_one(value: int) -> int:
    return value + 1


@app.orchestration_trigger(context_name="context")
def chain(context, value):
    for _ in range(3):
        value = yield context.call_activity("add_one", input=value)
    return value


@app.entity_trigger(context_name="context")
def counter(context, amount):
    state = context.get_state(int, 0)
    if context.operation == "add":
        state += amount
        context.set_state(state)
    return state


@app.orchestration_trigger(context_name="context")
def count(context, key):
    from durabletask.entities import EntityInstanceId

    entity = EntityInstanceId("counter", key)
    yield context.call_entity(entity, "add", 2)
    return (yield context.call_entity(entity, "get"))
