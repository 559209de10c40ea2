"""`/metadata/endpoints`: how a client learns the addresses of a cloud before it has a token.

The names follow the documented answer of 2022-09-01; older api-versions get the same in a list, as
the documentation of 2019-05-01 shows it. Addresses of services that are not simulated are those of
the public cloud, because clients fill them in without asking them.
"""

from typing import Any

from aiohttp import web

from emulators.azure.arm.errors import missing_api_version
from emulators.azure.identity import ARM_AUDIENCE

PATH = "/metadata/endpoints"
CLOUD_NAME = "SimulatedAzure"
SINGLE_SINCE = "2022-09-01"
"""From this api-version on the answer is one cloud, before it was a list of them."""

AUDIENCES = ("https://management.core.windows.net/", f"{ARM_AUDIENCE}/")

_SUFFIXES = {
    "acrLoginServer": "azurecr.io",
    "attestationEndpoint": "attest.azure.net",
    "azureDataLakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
    "azureDataLakeStoreFileSystem": "azuredatalakestore.net",
    "azureFrontDoorEndpointSuffix": "azurefd.net",
    "keyVaultDns": "vault.azure.net",
    "mariadbServerEndpoint": "mariadb.database.azure.com",
    "mhsmDns": "managedhsm.azure.net",
    "mysqlServerEndpoint": "mysql.database.azure.com",
    "postgresqlServerEndpoint": "postgres.database.azure.com",
    "sqlServerHostname": "database.windows.net",
    "storage": "core.windows.net",
    "storageSyncEndpointSuffix": "afs.azure.net",
    "synapseAnalytics": "dev.azuresynapse.net",
}


def is_for_metadata(request: web.Request) -> bool:
    return request.path.lower().rstrip("/") == PATH


def handle(request: web.Request) -> web.Response:
    """No token is asked for: whoever asks has none yet."""
    api_version = request.query.get("api-version", "")
    if not api_version:
        refusal = missing_api_version().answer
        return web.json_response(refusal.body, status=refusal.status)
    cloud = _cloud(f"{request.scheme}://{request.host}")
    return web.json_response(cloud if api_version >= SINGLE_SINCE else [cloud])


def _cloud(base_url: str) -> dict[str, Any]:
    return {
        "name": CLOUD_NAME,
        "portal": "https://portal.azure.com",
        "authentication": {
            "loginEndpoint": base_url,
            "audiences": list(AUDIENCES),
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "resourceManager": base_url,
        "activeDirectoryDataLake": "https://datalake.azure.net/",
        "appInsightsResourceId": "https://api.applicationinsights.io",
        "appInsightsTelemetryChannelResourceId": "https://dc.applicationinsights.azure.com/v2/track",
        "attestationResourceId": "https://attest.azure.net",
        "batch": "https://batch.core.windows.net/",
        "gallery": "https://gallery.azure.com/",
        "graph": "https://graph.windows.net/",
        "graphAudience": "https://graph.windows.net/",
        "logAnalyticsResourceId": "https://api.loganalytics.io",
        "media": "https://rest.media.azure.net",
        "microsoftGraphResourceId": "https://graph.microsoft.com/",
        "ossrdbmsResourceId": "https://ossrdbms-aad.database.windows.net",
        "sqlManagement": "https://management.core.windows.net:8443/",
        "synapseAnalyticsResourceId": "https://dev.azuresynapse.net",
        "vmImageAliasDoc": (
            "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master"
            "/arm-compute/quickstart-templates/aliases.json"
        ),
        "suffixes": dict(_SUFFIXES),
    }
