"""The types of custom resources, in the short form of `schema.json`, which has those built in.

Of the Secrets Store CSI driver 1.6: https://secrets-store-csi-driver.sigs.k8s.io
"""

from collections.abc import Mapping

CUSTOM_TYPES: Mapping[str, Mapping[str, str]] = {
    "SecretProviderClass": {
        "apiVersion": "string",
        "kind": "string",
        "metadata": "@ObjectMeta",
        "spec": "@SecretProviderClassSpec",
    },
    "SecretProviderClassSpec": {
        "parameters": "{}string",
        "provider": "string",
        "secretObjects": "[]@SecretObject",
    },
    "SecretObject": {
        "annotations": "{}string",
        "data": "[]@SecretObjectData",
        "labels": "{}string",
        "secretName": "string",
        "type": "string",
    },
    "SecretObjectData": {"key": "string", "objectName": "string"},
}
