"""Asks the pods of one cell for their counters, through the API server of its cluster."""

import asyncio
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from clients.answers import KubernetesRefused, NoAnswer
from domain.environment.counters import CounterLook
from domain.serving.counter_pods import CounterPod, CounterSource
from domain.serving.counters import PodAnswer, build_look

if TYPE_CHECKING:
    from clients.kubernetes import KubernetesClient

logger = logging.getLogger("gridplane.activities")

POD_SECONDS = 10.0
"""Less than a cluster as a whole has: a pod that hangs does not hide the others."""


async def read_counters(kubernetes: "KubernetesClient", pods: Iterable[CounterPod]) -> CounterLook:
    return build_look(await asyncio.gather(*(_ask(kubernetes, pod) for pod in pods)))


async def _ask(kubernetes: "KubernetesClient", pod: CounterPod) -> PodAnswer:
    try:
        async with asyncio.timeout(POD_SECONDS):
            text = await kubernetes.read_from_pod(pod.namespace, pod.name, pod.port, pod.path)
    except (KubernetesRefused, NoAnswer, TimeoutError) as error:
        if pod.source is CounterSource.GATEWAY:
            logger.info("counters of %s: %s: %s", pod.name, type(error).__name__, error)
        return PodAnswer(pod, None)
    return PodAnswer(pod, text)
