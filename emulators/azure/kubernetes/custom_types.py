"""The types of custom resources, in the short form of `schema.json`, which has those built in.

Of the Secrets Store CSI driver 1.6: https://secrets-store-csi-driver.sigs.k8s.io
Of KEDA 2.19, as far as it is read: https://keda.sh/docs/2.19/reference/scaledobject-spec
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
    "ScaledObject": {
        "apiVersion": "string",
        "kind": "string",
        "metadata": "@ObjectMeta",
        "spec": "@ScaledObjectSpec",
    },
    "ScaledObjectSpec": {
        "advanced": "@ScaledObjectAdvanced",
        "cooldownPeriod": "int32",
        "maxReplicaCount": "int32",
        "minReplicaCount": "int32",
        "pollingInterval": "int32",
        "scaleTargetRef": "@ScaleTarget",
        "triggers": "[]@ScaleTrigger",
    },
    "ScaledObjectAdvanced": {"horizontalPodAutoscalerConfig": "@ScaledObjectHpa"},
    "ScaledObjectHpa": {"behavior": "@ScaledObjectBehavior"},
    "ScaledObjectBehavior": {"scaleDown": "@ScaledObjectRules", "scaleUp": "@ScaledObjectRules"},
    "ScaledObjectRules": {
        "policies": "[]@ScaledObjectPolicy",
        "selectPolicy": "string",
        "stabilizationWindowSeconds": "int32",
    },
    "ScaledObjectPolicy": {"periodSeconds": "int32", "type": "string", "value": "int32"},
    "ScaleTarget": {"apiVersion": "string", "kind": "string", "name": "string"},
    "ScaleTrigger": {
        "metadata": "{}string",
        "metricType": "string",
        "name": "string",
        "type": "string",
    },
}
