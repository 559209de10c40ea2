"""Reads what a registry answers when it is asked for an image, and decides what it means.

Only what is certain refuses an operation: that there is no such image, or none that a node can
run. Whatever keeps Gridplane from asking need not keep a node from pulling.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple, TypeIs

from domain.outcomes import Failure, OperationWarning, Outcome
from domain.spec.image_reference import ImageReference

NODE_PLATFORM = ("linux", "amd64")
"""Of every GPU size in the catalog."""

MISSING = frozenset({"MANIFEST_UNKNOWN", "NAME_UNKNOWN"})
"""Codes of the distribution specification: there is no such tag or digest, no such repository."""

FIREWALL = "DENIED"
ATTESTATION = ("unknown", "unknown")
"""What BuildKit gives as the platform of attestations, which are no images."""

DIGEST_PATTERN = re.compile(r"sha256:[0-9a-f]{64}")

_NO_ROLE = (
    "the control plane's managed identity has no role at the registry: give it AcrPull there to "
    "have images checked"
)


class Stage(StrEnum):
    """What was asked: a token of the registry for one of Entra ID, one for the repository, then
    the manifest."""

    EXCHANGE = "exchange"
    TOKEN = "token"
    MANIFEST = "manifest"


class RegistryAnswer(NamedTuple):
    """The answer to the last request that was sent: the first that was refused."""

    stage: Stage
    status: int
    digest: str | None
    """Header Docker-Content-Digest."""
    body: object
    configuration: object = None
    """Of an image of one platform, as far as the registry gave it."""


class Pulled(StrEnum):
    """What nodes pull, by the field that names it."""

    IMAGE = "workload.image"
    WEIGHTS = "workload.model.source"


def read_weights(image: ImageReference, answer: RegistryAnswer) -> Outcome:
    """As of an image; nothing of it runs, so that the platform of a single one is no matter."""
    return read_image(image, answer._replace(configuration=None), Pulled.WEIGHTS)


def read_image(
    image: ImageReference, answer: RegistryAnswer, pulled: Pulled = Pulled.IMAGE
) -> Outcome:
    """Succeeded with the digest, or with a warning where it could not be found out; failed if the
    image cannot run."""
    if answer.status == 200 and answer.stage is Stage.MANIFEST:
        return _read_manifest(image, answer, pulled)
    if answer.status == 200:
        return not_verified(image, "the registry gave the app no token")
    code, message = _read_error(answer.body)
    if answer.stage is Stage.MANIFEST and answer.status == 404 and code in MISSING:
        return Outcome.failed(_not_found(image, message, pulled))
    if code == FIREWALL:
        return not_verified(image, f"the registry's firewall refuses the app ({message})")
    if answer.status == 401:
        return not_verified(image, _NO_ROLE)
    said = f": {code} {message}".rstrip(" .") if code else ""
    return not_verified(image, f"the registry answered HTTP {answer.status}{said}")


def not_verified(image: ImageReference, why: str) -> Outcome:
    """`why`: a clause."""
    runs = "runs as it is named" if image.digest else "runs by its tag, which may change"
    warning = OperationWarning(
        code="ImageNotVerified",
        message=f"Whether the image exists could not be found out, and it {runs}: {why}.",
        target=_spell(image),
    )
    return Outcome.succeeded().warning_of((warning,))


def _not_found(image: ImageReference, said: str, pulled: Pulled) -> Failure:
    is_image = pulled is Pulled.IMAGE
    return Failure(
        reason="ImageNotFound" if is_image else "WeightsNotFound",
        message=f"{pulled} {_spell(image)} does not exist: "
        f"{said.removesuffix('.') or 'no such manifest'}.",
        retryable=False,
        suggested_action=f"Push the {'image' if is_image else 'weights'} and retry the operation, "
        f"or replace the specification by PUT with a {pulled} that exists.",
    )


def _platform_missing(image: ImageReference, found: Sequence[str], pulled: Pulled) -> Failure:
    wanted = "/".join(NODE_PLATFORM)
    return Failure(
        reason="ImagePlatformMissing",
        message=f"{pulled} {_spell(image)} is built for {', '.join(found) or 'nothing'}, but GPU "
        f"nodes run {wanted}.",
        retryable=False,
        suggested_action=f"Build the image for {wanted} as well (docker buildx build --platform "
        f"{wanted}), push it and retry the operation, or replace the specification by PUT with "
        f"another {pulled}.",
    )


def _read_manifest(image: ImageReference, answer: RegistryAnswer, pulled: Pulled) -> Outcome:
    platforms = _platforms(answer)
    if platforms is not None and NODE_PLATFORM not in platforms:
        found = sorted({"/".join(each) for each in platforms if each != ATTESTATION})
        return Outcome.failed(_platform_missing(image, found, pulled))
    if answer.digest is None or not DIGEST_PATTERN.fullmatch(answer.digest):
        return not_verified(image, "the registry did not name its digest")
    return Outcome.succeeded(digest=answer.digest)


def _platforms(answer: RegistryAnswer) -> list[tuple[str, str]] | None:
    """None where nothing says them: a manifest of one platform does not, but its configuration."""
    children = answer.body.get("manifests") if is_object(answer.body) else None
    if is_array(children):
        return [_platform(each) for each in children]
    configuration = answer.configuration
    if is_object(configuration) and configuration.get("architecture"):
        return [(str(configuration.get("os")), str(configuration["architecture"]))]
    return None


def find_configuration(manifest: object) -> str | None:
    """The digest of the configuration that an image of one platform names."""
    config = manifest.get("config") if is_object(manifest) else None
    digest = config.get("digest") if is_object(config) else None
    return digest if isinstance(digest, str) and DIGEST_PATTERN.fullmatch(digest) else None


def _platform(child: object) -> tuple[str, str]:
    platform = child.get("platform") if is_object(child) else None
    if not is_object(platform):
        return ATTESTATION
    return str(platform.get("os")), str(platform.get("architecture"))


def _read_error(body: object) -> tuple[str, str]:
    """Code and message of the first error; empty for another body."""
    errors = body.get("errors") if is_object(body) else None
    first = errors[0] if is_array(errors) and errors else None
    if not is_object(first):
        return "", ""
    return str(first.get("code") or ""), str(first.get("message") or "")


def is_object(value: object) -> TypeIs[dict[str, object]]:
    return isinstance(value, dict)


def is_array(value: object) -> TypeIs[list[object]]:
    return isinstance(value, list)


def _spell(image: ImageReference) -> str:
    return f"{image.name}@{image.digest}" if image.digest else f"{image.name}:{image.tag}"
