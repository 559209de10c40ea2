"""`/environments/{name}/kubeconfig`: where the clusters are, without any credential."""

import azure.functions as func

from domain.serving.cluster_access import ClusterAccess, UnreadCluster, build_access
from triggers.declarations import Call
from triggers.errors import RETRY_AFTER_SECONDS, error_response, json_response
from triggers.http_answers import unknown_environment
from triggers.parameters import HeaderParameters, QueryParameters
from triggers.visible import read_visible


async def get_kubernetes_access(
    call: Call[QueryParameters, HeaderParameters],
) -> func.HttpResponse:
    name = call.req.route_params["name"]
    record = await read_visible(call, name)
    if record is None or record.is_deleted:
        return unknown_environment(name)
    answers = await call.deployment.read_clusters(name, record.regions)
    if any(isinstance(each, ClusterAccess) for each in answers):
        return json_response(build_access(name, answers))
    return _refuse_access([each for each in answers if isinstance(each, UnreadCluster)])


def _refuse_access(unread: list[UnreadCluster]) -> func.HttpResponse:
    reasons = "; ".join(f"{each.region}: {each.reason}" for each in unread)
    if all(each.is_missing for each in unread):
        return error_response(404, "ClusterNotFound", f"There is no cluster. {reasons}")
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    message = f"AKS does not say where the clusters are. {reasons}"
    return error_response(503, "ClusterUnreachable", message, headers=headers)
