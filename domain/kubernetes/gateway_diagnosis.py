"""Diagnoses why the gateway admits nobody to a model that is ready."""

from domain.kubernetes.evidence import build_failure
from domain.kubernetes.image_diagnosis import IMAGE_REASONS
from domain.kubernetes.observation import Observation
from domain.outcomes import Failure


def unready_gateway(observation: Observation) -> Failure:
    """Describes the first pod: all of them have one template."""
    pod = next((pod for pod in observation.gateways if not pod.ready), None)
    if pod is None:
        return build_failure(
            "GatewayNotReady",
            "The gateway has no pod.",
            "Check the events of the gateway's Deployment and its ReplicaSet in the namespace "
            "inference. A repair applies it again.",
            observation,
        )
    said = ": ".join(filter(None, (pod.reason, pod.message or pod.log_tail)))
    return build_failure(
        "GatewayNotReady",
        f"Pod {pod.name} of the gateway is not ready. {said}".strip(),
        _fix(pod.reason),
        observation,
    )


def _fix(reason: str) -> str:
    if reason in IMAGE_REASONS:
        return (
            "Make the image that the setting GATEWAY_IMAGE names pullable from the cluster, then "
            "retry."
        )
    return (
        "Check the pod's events and log. If it waits for room on the system pool, remove what "
        "others run there, then retry."
    )
