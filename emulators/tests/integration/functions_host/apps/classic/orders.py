"""A blueprint of the classic app."""

import azure.durable_functions as df
import azure.functions as func

orders = df.Blueprint()


@orders.function_name("StartFlow")
@orders.route(route="flows/{name}", methods=["POST"])
@orders.durable_client_input(client_name="starter")
async def start_flow(req: func.HttpRequest, starter) -> func.HttpResponse:
    instance_id = await starter.start_new(req.route_params["name"], None, req.get_json())
    return starter.create_check_status_response(req, instance_id)
