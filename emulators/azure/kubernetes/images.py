"""Container images: how long a pull takes and what a registry answers when it fails."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from emulators.azure.kubernetes import durations
from emulators.azure.kubernetes.nodes import GPU
from emulators.azure.latency import Duration

DEVICE_PLUGIN = "k8s-device-plugin"
_BYTES_PER_SECOND = 90_000_000
_INFERENCE_NAMES = re.compile(r"llm|vllm|triton|tgi|text-generation|inference", re.IGNORECASE)


_VLLM = re.compile(r"(^|[/-])vllm([:@/-]|$)")


def is_vllm(image: str) -> bool:
    """Whether it is of the engine whose metrics are known."""
    return _VLLM.search(image) is not None


def serves_a_model(container: Mapping[str, Any]) -> bool:
    """Whether a container loads weights: it asks for a GPU, or its image is known for that."""
    limits = (container.get("resources") or {}).get("limits") or {}
    return GPU in limits or bool(_INFERENCE_NAMES.search(container["image"]))


def refuse_environment(image: str, environment: Mapping[str, str]) -> str:
    """What vLLM ends with if the variable for its port is that of a Service called `vllm`."""
    port = environment.get("VLLM_PORT", "0")
    if "vllm" not in image or port.isdecimal():
        return ""
    return (
        f"ValueError: VLLM_PORT '{port}' appears to be a URI. This may be caused by a Kubernetes"
        " service discovery issue"
    )


def pull_duration(container: Mapping[str, Any]) -> Duration:
    if serves_a_model(container):
        return durations.INFERENCE_IMAGE_PULL
    return durations.SMALL_IMAGE_PULL


def size_in_bytes(container: Mapping[str, Any]) -> int:
    """Some gigabytes for an inference image, some tens of megabytes for any other."""
    digest = int(sha256(container["image"].encode()).hexdigest()[:8], 16)
    unit = 1_000_000_000 if serves_a_model(container) else 12_000_000
    return 6 * unit + digest % (4 * unit)


def volume_size_in_bytes(image: str) -> int:
    """Weights: some gigabytes, the same each time."""
    return size_in_bytes({"image": image, "resources": {"limits": {GPU: "1"}}})


def volume_pull_duration(size: int) -> Duration:
    """By its size, at the rate of an inference image."""
    typical = size / _BYTES_PER_SECOND
    return Duration(0.7 * typical, typical, 1.4 * typical)


def image_id(image: str) -> str:
    if "@" in image:
        return image
    repository = re.sub(r":[^:/]+$", "", image)
    return f"{repository}@sha256:{sha256(image.encode()).hexdigest()}"


def pull_failure(image: str, message: str) -> str:
    """The text of ErrImagePull; `message` stands in for what the registry said."""
    name = image if "/" in image else f"docker.io/library/{image}"
    answer = message or f"{name}: not found"
    return (
        f'failed to pull and unpack image "{name}": failed to resolve reference "{name}": {answer}'
    )
