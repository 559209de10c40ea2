"""The images of one registry: manifests by digest, and the tags that lead to them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a digest stands for. Layers are not simulated."""

    media_type: str
    text: str

    @property
    def digest(self) -> str:
        return f"sha256:{sha256(self.text.encode()).hexdigest()}"


@dataclass(slots=True)
class Repository:
    manifests: dict[str, Manifest] = field(default_factory=dict[str, Manifest])
    tags: dict[str, str] = field(default_factory=dict[str, str])
    configurations: dict[str, str] = field(default_factory=dict[str, str])
    """Of images of one platform, by digest."""

    def find(self, reference: str) -> Manifest | None:
        """By tag or by digest."""
        return self.manifests.get(self.tags.get(reference, reference))

    def push(self, tag: str, platforms: Sequence[str], content: str) -> Manifest:
        """An index if there are several platforms. Another `content` has another digest."""
        for platform in platforms:
            configuration = _configuration(platform, content)
            self.configurations[_digest(configuration)] = configuration
        images = [_image(platform, content) for platform in platforms]
        for image in images:
            self.manifests[image.digest] = image
        pushed = images[0] if len(images) == 1 else _index(images, platforms)
        self.manifests[pushed.digest] = pushed
        self.tags[tag] = pushed.digest
        return pushed


def _image(platform: str, content: str) -> Manifest:
    layer = f"{content} for {platform}"
    body = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": _descriptor(_CONFIG, _configuration(platform, content)),
        "layers": [_descriptor(_LAYER, layer)],
    }
    return Manifest(MANIFEST, json.dumps(body))


def _configuration(platform: str, content: str) -> str:
    system, _, architecture = platform.partition("/")
    layers = {"type": "layers", "diff_ids": [_digest(f"{content} for {platform}")]}
    return json.dumps({"architecture": architecture, "os": system, "rootfs": layers})


def _index(images: Sequence[Manifest], platforms: Sequence[str]) -> Manifest:
    children: list[dict[str, Any]] = []
    for image, platform in zip(images, platforms, strict=True):
        system, _, architecture = platform.partition("/")
        children.append(
            {
                "mediaType": image.media_type,
                "digest": image.digest,
                "size": len(image.text),
                "platform": {"architecture": architecture, "os": system},
            }
        )
    body = {"schemaVersion": 2, "mediaType": INDEX, "manifests": children}
    return Manifest(INDEX, json.dumps(body))


def _descriptor(media_type: str, content: str) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": _digest(content), "size": len(content)}


def _digest(content: str) -> str:
    return f"sha256:{sha256(content.encode()).hexdigest()}"
