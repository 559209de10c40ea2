"""The types of all that Front Door reads out of a request."""

from typing import Any

from emulators.azure.arm.errors import wrong_type
from emulators.azure.arm.shapes import REFERENCE, TAGS, Each, Shape, mismatch
from emulators.azure.front_door.kinds import (
    CUSTOM_DOMAIN,
    ENDPOINT,
    ORIGIN,
    ORIGIN_GROUP,
    PROFILE,
    ROUTE,
    SECURITY_POLICY,
    Kind,
)

_PROPERTIES: dict[str, Shape] = {
    PROFILE.type: {"originResponseTimeoutSeconds": int},
    ENDPOINT.type: {"enabledState": str},
    ORIGIN_GROUP.type: {
        "loadBalancingSettings": {
            "sampleSize": int,
            "successfulSamplesRequired": int,
            "additionalLatencyInMilliseconds": int,
        },
        "healthProbeSettings": {
            "probePath": str,
            "probeRequestType": str,
            "probeProtocol": str,
            "probeIntervalInSeconds": int,
        },
        "trafficRestorationTimeToHealedOrNewEndpointsInMinutes": int,
        "sessionAffinityState": str,
    },
    ORIGIN.type: {
        "hostName": str,
        "httpPort": int,
        "httpsPort": int,
        "originHostHeader": str,
        "priority": int,
        "weight": int,
        "enabledState": str,
        "enforceCertificateNameCheck": bool,
        "sharedPrivateLinkResource": {
            "privateLink": REFERENCE,
            "privateLinkLocation": str,
            "groupId": str,
            "requestMessage": str,
        },
    },
    ROUTE.type: {
        "customDomains": Each(REFERENCE),
        "originGroup": REFERENCE,
        "originPath": str,
        "ruleSets": Each(REFERENCE),
        "cacheConfiguration": {
            "queryStringCachingBehavior": str,
            "queryParameters": str,
            "compressionSettings": {
                "isCompressionEnabled": bool,
                "contentTypesToCompress": Each(str),
            },
        },
        "supportedProtocols": Each(str),
        "patternsToMatch": Each(str),
        "forwardingProtocol": str,
        "linkToDefaultDomain": str,
        "httpsRedirect": str,
        "enabledState": str,
    },
    CUSTOM_DOMAIN.type: {
        "hostName": str,
        "tlsSettings": {"certificateType": str, "minimumTlsVersion": str, "secret": REFERENCE},
        "azureDnsZone": REFERENCE,
    },
    SECURITY_POLICY.type: {
        "parameters": {
            "type": str,
            "wafPolicy": REFERENCE,
            "associations": Each({"domains": Each(REFERENCE), "patternsToMatch": Each(str)}),
        }
    },
}


def check_shape(kind: Kind, body: dict[str, Any]) -> None:
    shape: Shape = {
        "location": str,
        "tags": TAGS,
        "sku": {"name": str},
        "properties": _PROPERTIES[kind.type],
    }
    found = mismatch(body, shape)
    if found is not None:
        raise wrong_type(found)
