"""The parts of a specification that say who may call the model, and what is recorded of calls."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StrictInt, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from domain.spec.fields import all_different
from domain.wire import WireModel

APP_ROLE_PATTERN = r"^[A-Za-z0-9!#$%&'()*+,./:;<=>?@\[\]^_`{|}~-]+$"
"""What Entra allows as the value of an app role: no blanks."""

OBJECT_ID_PATTERN = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"

DEFAULT_APP_ROLE = "Model.Invoke"

AppRoleName = Annotated[str, Field(pattern=APP_ROLE_PATTERN, max_length=120)]
ObjectId = Annotated[str, Field(pattern=OBJECT_ID_PATTERN)]


class AccessMode(StrEnum):
    """How the gateway decides whether a caller is admitted."""

    ENTRA = "entra"
    NONE = "none"


class Invokers(WireModel):
    """Callers who may invoke the model: one match suffices."""

    app_roles: tuple[AppRoleName, ...] = Field(
        default=(DEFAULT_APP_ROLE,),
        max_length=20,
        description="App roles, as the claim `roles` has them.",
        examples=[["Model.Invoke"]],
    )
    groups: tuple[ObjectId, ...] = Field(
        default=(),
        max_length=50,
        description="Object ids of groups, as the claim `groups` has them. The app registration "
        "has to emit that claim, and Entra leaves it out for members of more than 200 groups.",
        examples=[["11111111-2222-3333-4444-555555555555"]],
    )
    object_ids: tuple[ObjectId, ...] = Field(
        default=(),
        max_length=50,
        description="Object ids of users, service principals or managed identities.",
        examples=[["66666666-7777-8888-9999-000000000000"]],
    )

    @field_validator("groups", "object_ids")
    @classmethod
    def _take_the_spelling_of_tokens(cls, ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(each.lower() for each in ids)

    @field_validator("app_roles", "groups", "object_ids")
    @classmethod
    def _are_unique_invokers(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return all_different(values, "DuplicateInvoker", "List each invoker once.")

    @model_validator(mode="after")
    def _name_a_caller(self) -> Self:
        if not (self.app_roles or self.groups or self.object_ids):
            raise PydanticCustomError(
                "NoInvokers",
                "No caller is named: list an app role, a group or an object id, or leave "
                "invokers out.",
            )
        return self


class RateLimit(WireModel):
    """A limit for each caller, kept as a bucket of tokens that refills evenly.

    The gateway's replicas count separately, each with its share: together they never admit more,
    and a caller whose connections all lead to one replica gets that replica's share.
    """

    requests_per_minute: StrictInt = Field(
        ge=1,
        le=60_000,
        description="Requests per minute of one caller, over all replicas of a cell's gateway.",
        examples=[60],
    )
    burst: StrictInt | None = Field(
        default=None,
        ge=1,
        le=60_000,
        description="Requests at once of a caller who has been quiet; as many as "
        "`requestsPerMinute` if omitted.",
        examples=[10],
    )

    @field_validator("burst")
    @classmethod
    def _is_at_most_a_minute(cls, burst: int | None, info: ValidationInfo) -> int | None:
        per_minute = info.data.get("requests_per_minute")
        if burst is not None and per_minute is not None and burst > per_minute:
            raise PydanticCustomError(
                "InvalidBurst",
                "burst {burst} is above requestsPerMinute {per_minute}: lower burst or raise "
                "requestsPerMinute.",
                {"burst": burst, "per_minute": per_minute},
            )
        return burst


class Access(WireModel):
    """Who may invoke the model, and how often."""

    mode: AccessMode = Field(
        default=AccessMode.ENTRA,
        description="`entra`: callers need an access token of Microsoft Entra ID, which the model "
        "does not receive. `none`: every request through the endpoint is admitted, and the header "
        "Authorization is passed on to a model that checks keys of its own.",
    )
    invokers: Invokers = Field(
        default_factory=Invokers, description="Which callers are admitted with mode `entra`."
    )
    rate_limit: RateLimit | None = Field(
        default=None,
        description="Limit per caller: per object id with mode `entra`, per client address with "
        "`none`. No limit if omitted.",
    )


class AuditContent(StrEnum):
    """What the record of an invocation holds of its content."""

    NONE = "none"
    HASH = "hash"
    FULL = "full"


class Audit(WireModel):
    """What is recorded of every invocation besides caller, time, status, sizes and durations."""

    content: AuditContent = Field(
        default=AuditContent.HASH,
        description="`hash`: SHA-256 of request and response. `full`: also the first 8 KiB of a "
        "response that is text. `none`: neither.",
    )
