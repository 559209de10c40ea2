"""The registry of models as the API shows it."""

from pydantic import AwareDatetime, Field

from domain.spec.model_versions import ModelContent, ModelVersion, RegisteredModel
from domain.wire import WireModel


class ModelVersionView(WireModel):
    """A version of a model, which never changes."""

    name: str = Field(description="Name of the model.", examples=["fraud-llm"])
    version: int = Field(
        description="Number of the version: write it as a string into `workload.model.version`.",
        examples=[7],
    )
    content: ModelContent = Field(description="What it consists of.")
    created_date_time: AwareDatetime = Field(description="When it was registered.")
    created_by: str | None = Field(
        default=None, description="Object id of the caller who has registered it."
    )


class ModelView(WireModel):
    """A model with its versions."""

    name: str = Field(description="Name of the model.", examples=["fraud-llm"])
    versions: tuple[ModelVersionView, ...] = Field(description="Its versions, the latest first.")


class ModelSummary(WireModel):
    """A model in the list."""

    name: str = Field(description="Name of the model.", examples=["fraud-llm"])
    versions: int = Field(description="How many versions there are.", examples=[3])
    latest: ModelVersionView = Field(description="The version that was registered last.")


class ModelPage(WireModel):
    """A page of models, sorted by name."""

    value: tuple[ModelSummary, ...] = Field(description="The models of this page.")
    next_link: str | None = Field(
        default=None,
        description="Relative URL of the next page; absent on the last one.",
        examples=["/models?maxpagesize=50&skiptoken=fraud-llm"],
        json_schema_extra={"format": "uri-reference"},
    )


def build_version_view(version: ModelVersion) -> ModelVersionView:
    return ModelVersionView(
        name=version.content.name,
        version=version.version,
        content=version.content,
        created_date_time=version.created_at,
        created_by=version.created_by,
    )


def build_model_view(name: str, model: RegisteredModel) -> ModelView:
    return ModelView(
        name=name, versions=tuple(build_version_view(each) for each in reversed(model.versions))
    )


def build_model_summary(name: str, model: RegisteredModel) -> ModelSummary:
    """Of a model that has versions."""
    return ModelSummary(
        name=name,
        versions=len(model.versions),
        latest=build_version_view(model.versions[-1]),
    )
