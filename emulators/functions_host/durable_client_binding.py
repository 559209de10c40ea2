"""The JSON that a durable client input binding receives, one text for the whole process."""

import json

WEBHOOK_PATH = "/runtime/webhooks/durabletask"
_INSTANCE_ID = "INSTANCEID"
_MAX_MESSAGE_BYTES = 2**31 - 1


def required_query(hub_name: str) -> str:
    """What management URLs carry; in Azure also `code`, here no keys are asked for."""
    return f"taskHub={hub_name}&connection=Storage"


def durable_client_binding(*, hub_name: str, hub_address: str, host_url: str) -> str:
    query = required_query(hub_name)
    http_base_url = f"{host_url}{WEBHOOK_PATH}"
    return json.dumps(
        {
            "taskHubName": hub_name,
            "connectionName": "Storage",
            "rpcBaseUrl": hub_address,
            "baseUrl": http_base_url,
            "httpBaseUrl": http_base_url,
            "requiredQueryStringParameters": query,
            "maxGrpcMessageSizeInBytes": _MAX_MESSAGE_BYTES,
            "grpcHttpClientTimeout": "00:01:40",
            "creationUrls": _creation_urls(http_base_url, query),
            "managementUrls": _management_urls(http_base_url, query),
        }
    )


def _creation_urls(base: str, query: str) -> dict[str, str]:
    create = f"{base}/orchestrators/{{functionName}}[/{{instanceId}}]"
    return {
        "createNewInstancePostUri": f"{create}?{query}",
        "createAndWaitOnNewInstancePostUri": (
            f"{create}?timeout={{timeoutInSeconds}}&pollingInterval={{intervalInSeconds}}&{query}"
        ),
    }


def _management_urls(base: str, query: str) -> dict[str, str]:
    instance = f"{base}/instances/{_INSTANCE_ID}"
    return {
        "id": _INSTANCE_ID,
        "statusQueryGetUri": f"{instance}?{query}",
        "sendEventPostUri": f"{instance}/raiseEvent/{{eventName}}?{query}",
        "terminatePostUri": f"{instance}/terminate?reason={{text}}&{query}",
        "rewindPostUri": f"{instance}/rewind?reason={{text}}&{query}",
        "purgeHistoryDeleteUri": f"{instance}?{query}",
        "restartPostUri": f"{instance}/restart?{query}",
        "suspendPostUri": f"{instance}/suspend?reason={{text}}&{query}",
        "resumePostUri": f"{instance}/resume?reason={{text}}&{query}",
    }
