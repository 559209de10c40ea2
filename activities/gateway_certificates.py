"""Asks the gateways of one cell which certificate they answer with."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from clients.answers import KubernetesRefused, NoAnswer
from domain.arm import naming
from domain.environment.gateway_certificates import CertificateLook
from domain.serving.gateway_certificates import PATH, PORT, build_certificate_look

if TYPE_CHECKING:
    from clients.kubernetes import KubernetesClient

GATEWAY_SECONDS = 10.0


async def read_certificates(
    kubernetes: "KubernetesClient", host: str, pods: Iterable[dict[str, Any]]
) -> CertificateLook:
    names = [each["metadata"]["name"] for each in pods if each["status"]["phase"] == "Running"]
    answers = await asyncio.gather(*(_ask(kubernetes, name) for name in names))
    return build_certificate_look(host, zip(names, answers, strict=True))


async def _ask(kubernetes: "KubernetesClient", pod: str) -> str | None:
    try:
        async with asyncio.timeout(GATEWAY_SECONDS):
            return await kubernetes.read_from_pod(naming.INFERENCE_NAMESPACE, pod, PORT, PATH)
    except (KubernetesRefused, NoAnswer, TimeoutError):
        return None
