"""The model that a workload serves, and where its weights are: in Azure Storage or a registry."""

from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, StrictInt, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from domain.spec.image_reference import FULL_IMAGE_PATTERN, parse_image
from domain.wire import WireModel

WEIGHTS_FOLDER = "/mnt/weights"
"""Where the container finds them."""

_ACCOUNT = r"[a-z0-9]{3,24}"
_CONTAINER = r"[a-z0-9](-?[a-z0-9]){2,62}"
_SEGMENT = r"[A-Za-z0-9_][A-Za-z0-9._=+-]*"
_BLOBS = "az://"
_IMAGE = "oci://"
SOURCE_PATTERN = (
    rf"^({_BLOBS}{_ACCOUNT}/{_CONTAINER}(/{_SEGMENT})+/?|{_IMAGE}{FULL_IMAGE_PATTERN})$"
)
STORAGE_ACCOUNT_ID_PATTERN = (
    r"^/subscriptions/[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"/resourceGroups/[A-Za-z0-9_.()-]{1,90}"
    rf"/providers/Microsoft\.Storage/storageAccounts/{_ACCOUNT}$"
)
STORAGE_ACCOUNT_ID = (
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/models/providers/"
    "Microsoft.Storage/storageAccounts/acmemodels"
)
WEIGHTS_DIGEST_PATTERN = r"^sha256:[0-9a-f]{64}$"
SOURCE_FIX = (
    "Use az://<account>/<container>/<prefix>, a folder of blobs in Azure Storage such as "
    "az://acmemodels/weights/fraud-llm/7, of letters, digits and . _ = + - without blanks; or "
    "oci://<registry>/<repository>@sha256:<64 digits>, an image by its digest: a tag may lead to "
    "other weights tomorrow, and `az acr manifest show-metadata` prints its digest today."
)
STORAGE_ACCOUNT_ID_FIX = (
    "Use the resource id of the storage account: /subscriptions/<id>/resourceGroups/<group>/"
    "providers/Microsoft.Storage/storageAccounts/<account>."
)

DIGEST_FIX = (
    "Use sha256: and 64 hexadecimal digits in lower case: those that `sha256sum SHA256SUMS` "
    "prints for the file in the folder with the weights."
)

StorageAccountId = Annotated[str, Field(pattern=STORAGE_ACCOUNT_ID_PATTERN, max_length=512)]


@dataclass(frozen=True, slots=True)
class BlobFolder:
    """A folder of blobs in a storage account."""

    account: str
    container: str
    prefix: str
    """Without a slash at its ends."""

    @classmethod
    def of(cls, source: str) -> Self:
        account, container, prefix = source.removeprefix(_BLOBS).split("/", 2)
        return cls(account, container, prefix.rstrip("/"))


@dataclass(frozen=True, slots=True)
class WeightsImage:
    """An image whose files are the weights."""

    reference: str
    """By its digest."""

    @property
    def host(self) -> str:
        return parse_image(self.reference).host


type Weights = BlobFolder | WeightsImage


def read_source(source: str) -> Weights:
    if source.startswith(_IMAGE):
        return WeightsImage(source.removeprefix(_IMAGE))
    return BlobFolder.of(source)


class Model(WireModel):
    """The model that the workload serves, passed to its container."""

    name: str = Field(
        min_length=1,
        max_length=128,
        description="Name of the model.",
        examples=["fraud-llm"],
    )
    version: str = Field(
        min_length=1, max_length=64, description="Version of the model.", examples=["7"]
    )
    source: str | None = Field(
        default=None,
        pattern=SOURCE_PATTERN,
        max_length=512,
        description="Where the weights are, which the container reads below /mnt/weights, and "
        "nothing writes to; the path is passed as MODEL_PATH. Either a folder of blobs, "
        "`az://<account>/<container>/<prefix>`, which each cell mounts with an identity of its "
        "own. Or an image, `oci://<registry>/<repository>@sha256:<digest>`, which nodes pull like "
        "any other, with `registry` or `imagePullSecret`, and keep: it needs Kubernetes 1.35.",
        examples=[
            "az://acmemodels/weights/fraud-llm/7",
            f"oci://acmeml.azurecr.io/weights/fraud-llm@sha256:{'0123456789abcdef' * 4}",
        ],
    )
    storage_account_id: StorageAccountId | None = Field(
        default=None,
        description="Resource id of the account that `source` names, on which the identity of "
        "each cell is granted Storage Blob Data Reader. If omitted, the grant is expected to "
        "exist.",
        examples=[STORAGE_ACCOUNT_ID],
    )

    digest: str | None = Field(
        default=None,
        pattern=WEIGHTS_DIGEST_PATTERN,
        description="SHA-256 of the file SHA256SUMS in the folder of blobs that `source` names. "
        "Before the model starts, `sha256sum -c` in the same image has to find all files as it "
        "says, and no others. Operations wait twice as long, because all weights are read twice.",
        examples=[f"sha256:{'0123456789abcdef' * 4}"],
    )

    size_gib: StrictInt | None = Field(
        default=None,
        alias="sizeGiB",
        ge=1,
        le=4096,
        description="Size of the weights, wherever they are from: the default of "
        "`startup.timeoutMinutes` follows it.",
        examples=[132],
    )

    @field_validator("storage_account_id")
    @classmethod
    def _is_that_of_the_source(cls, found: str | None, info: ValidationInfo) -> str | None:
        if found is None or "source" not in info.data:
            return found
        weights = read_source(info.data["source"]) if info.data["source"] else None
        account = found.rpartition("/")[2]
        if not isinstance(weights, BlobFolder) or weights.account != account:
            raise PydanticCustomError(
                "OtherStorageAccount",
                "source is not in the account {account}: use the id of the account that source "
                "names, or leave storageAccountId out.",
                {"account": account},
            )
        return found

    @field_validator("digest")
    @classmethod
    def _is_of_a_source(cls, digest: str | None, info: ValidationInfo) -> str | None:
        if not digest or "source" not in info.data:
            return digest
        source = info.data["source"]
        if source is None:
            raise PydanticCustomError(
                "DigestWithoutSource",
                "Only weights that source names are checked: add source, or leave digest out.",
            )
        if isinstance(read_source(source), WeightsImage):
            raise PydanticCustomError(
                "DigestOfImage",
                "The digest in source holds for all files of the image already, and nodes pull "
                "nothing else: leave digest out.",
            )
        return digest

    @property
    def weights(self) -> Weights | None:
        """None if the container gets them by itself."""
        return read_source(self.source) if self.source else None

    @property
    def is_read_twice(self) -> bool:
        return self.digest is not None or isinstance(self.weights, WeightsImage)
