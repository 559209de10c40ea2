"""Models in the registry: what each version of one consists of, which never changes."""

import re
from typing import Self

from pydantic import AwareDatetime, Field, StrictInt, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from domain.spec.fields import Text
from domain.spec.image_reference import IMAGE_PATTERN, parse_image
from domain.spec.model_holds import Forgetting, ModelHold, keeps_from_deletion, with_hold
from domain.spec.weights import (
    DIGEST_FIX,
    SOURCE_FIX,
    SOURCE_PATTERN,
    WEIGHTS_DIGEST_PATTERN,
    BlobFolder,
    read_source,
)
from domain.wire import WireModel

MODEL_NAME_PATTERN = r"^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$"
MAX_VERSIONS = 100
"""Of a model: with at most 4 KiB of arguments each, its state stays below half a megabyte."""
MAX_ARGUMENT_BYTES = 4096


MODEL_FIXES = {
    "name": "Use 1 to 63 lower-case letters, digits, '.', '_' and '-', with a letter or digit at "
    "both ends.",
    "image": "Use an image by its digest, <registry>/<repository>@sha256:<64 digits>.",
    "source": SOURCE_FIX,
    "digest": DIGEST_FIX,
}
"""What to send in place of text that a pattern refuses."""


class ModelContent(WireModel):
    """What a version consists of."""

    name: str = Field(
        pattern=MODEL_NAME_PATTERN,
        max_length=63,
        description="Name of the model: lower-case letters, digits, '.', '_' and '-'.",
        examples=["fraud-llm"],
    )
    image: str = Field(
        pattern=IMAGE_PATTERN,
        max_length=512,
        description="Container image by its digest.",
        examples=[f"acmeml.azurecr.io/vllm@sha256:{'0123456789abcdef' * 4}"],
    )
    engine: str | None = Field(
        default=None,
        min_length=1,
        max_length=64,
        description="Engine that the image has.",
        examples=["vllm 0.31.0"],
    )
    command: tuple[Text, ...] = Field(
        default=(),
        max_length=100,
        description="Entry point of the container; that of the image if empty.",
        examples=[["vllm", "serve"]],
    )
    args: tuple[Text, ...] = Field(
        default=(),
        max_length=100,
        description=f"Arguments of the entry point; with `command` at most {MAX_ARGUMENT_BYTES} "
        "bytes.",
        examples=[["/mnt/weights"]],
    )
    gpus_per_replica: StrictInt | None = Field(
        default=None, ge=1, le=16, description="GPUs per replica; any number if omitted."
    )
    source: str | None = Field(
        default=None,
        pattern=SOURCE_PATTERN,
        max_length=512,
        description="Where the weights are, as `workload.model.source`: an image by its digest, "
        "or a folder of blobs together with `digest`.",
        examples=["az://acmemodels/weights/fraud-llm/7"],
    )
    digest: str | None = Field(
        default=None,
        pattern=WEIGHTS_DIGEST_PATTERN,
        description="SHA-256 of the file SHA256SUMS in the folder of blobs, as "
        "`workload.model.digest`.",
        examples=[f"sha256:{'0123456789abcdef' * 4}"],
    )
    size_gib: StrictInt | None = Field(
        default=None, alias="sizeGiB", ge=1, le=4096, description="Size of the weights."
    )
    licence: str | None = Field(
        default=None,
        min_length=1,
        max_length=128,
        description="Licence of the weights.",
        examples=["mit"],
    )

    @field_validator("image")
    @classmethod
    def _has_a_digest(cls, image: str) -> str:
        if parse_image(image).digest is None:
            raise PydanticCustomError(
                "ImageWithoutDigest",
                "A tag may lead to another image tomorrow: give the image by its digest, "
                "<registry>/<repository>@sha256:<64 digits>.",
            )
        return image

    @field_validator("args")
    @classmethod
    def _are_short(cls, args: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        words = (*(info.data.get("command") or ()), *args)
        if sum(len(word.encode()) for word in words) > MAX_ARGUMENT_BYTES:
            raise PydanticCustomError(
                "InvalidValue",
                "command and args have more than {most} bytes together.",
                {"most": MAX_ARGUMENT_BYTES},
            )
        return args

    @field_validator("digest")
    @classmethod
    def _is_of_blobs(cls, digest: str | None, info: ValidationInfo) -> str | None:
        source = info.data.get("source")
        if digest and not (source and isinstance(read_source(source), BlobFolder)):
            raise PydanticCustomError(
                "InvalidValue",
                "The digest is that of a folder of blobs, which source names: leave digest out.",
            )
        return digest

    @property
    def lacks_digest(self) -> bool:
        """Whether its weights may change although the version does not."""
        is_blobs = self.source is not None and isinstance(read_source(self.source), BlobFolder)
        return is_blobs and self.digest is None


class ModelVersion(WireModel):
    """One version."""

    version: int
    content: ModelContent
    created_at: AwareDatetime
    created_by: str | None = None
    """Object id of the caller in Entra ID; None if unknown."""
    request_id: str | None = None
    """Repeatability-Request-ID."""


class Registration(WireModel):
    """A version that is asked for."""

    content: ModelContent
    at: AwareDatetime
    created_by: str | None = None
    request_id: str | None = None


class RegisteredModel(WireModel):
    """The state of the durable entity `registered_model`: it only grows, but for versions that
    are deleted, whose numbers are never used again."""

    latest: int = 0
    """Number of the version that was registered last."""
    versions: tuple[ModelVersion, ...] = ()
    holds: tuple[ModelHold, ...] = ()
    """Of requests that were decided lately."""

    def find(self, version: str) -> ModelVersion | None:
        return next((each for each in self.versions if str(each.version) == version), None)

    def has_deleted(self, version: str) -> bool:
        """Whether the registry gave the number once, to a version that it has no longer."""
        is_number = version.isascii() and version.isdecimal() and not version.startswith("0")
        was_given = is_number and len(version) <= 9 and int(version) <= self.latest
        return was_given and self.find(version) is None

    def find_content(self, content: ModelContent) -> ModelVersion | None:
        return next((each for each in self.versions if each.content == content), None)

    def find_request(self, request_id: str | None) -> ModelVersion | None:
        if request_id is None:
            return None
        return next((each for each in self.versions if each.request_id == request_id), None)

    def register(self, wanted: Registration) -> Self:
        """With the version; as it is if it has one of the same content, if the id was used with
        another one, or without room."""
        is_known = self.find_content(wanted.content) or self.find_request(wanted.request_id)
        if is_known or len(self.versions) >= MAX_VERSIONS:
            return self
        version = ModelVersion(
            version=self.latest + 1,
            content=wanted.content,
            created_at=wanted.at,
            created_by=wanted.created_by,
            request_id=wanted.request_id,
        )
        return self.model_copy(
            update={"latest": version.version, "versions": (*self.versions, version)}
        )

    def hold(self, hold: ModelHold) -> Self:
        """As it is if the version was deleted before."""
        if self.find(str(hold.version)) is None:
            return self
        return self.model_copy(update={"holds": with_hold(self.holds, hold)})

    def find_obstacles(self, wanted: Forgetting) -> tuple[ModelHold, ...]:
        """Holds that keep the registry from a deletion."""
        return tuple(each for each in self.holds if keeps_from_deletion(each, wanted))

    def forget(self, wanted: Forgetting) -> Self:
        """Without the version, or without any; as it is while a request holds one."""
        if self.find_obstacles(wanted):
            return self
        kept = (each for each in self.versions if wanted.version not in (None, each.version))
        return self.model_copy(update={"versions": tuple(kept)})


def is_model_name(text: object) -> bool:
    """Whether the registry may have a model of this name; no state is read under any other."""
    return isinstance(text, str) and re.fullmatch(MODEL_NAME_PATTERN, text) is not None
