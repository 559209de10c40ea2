"""Versions of an environment, and the request that goes back to one, as the API shows them."""

from pydantic import AwareDatetime, Field, StrictInt

from domain.environment.operation_views import RollbackView, build_rollback_view
from domain.environment.record import EnvironmentRecord
from domain.environment.versions import EnvironmentVersion
from domain.outcomes import Status
from domain.spec.workload import Workload
from domain.wire import WireModel


class RollbackRequest(WireModel):
    """The version to go back to, and why."""

    to_version: StrictInt | None = Field(
        default=None,
        ge=1,
        description="Number of the version; the latest one before the present that ran something "
        "else if omitted.",
        examples=[4],
    )
    reason: str | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        description="For the timeline.",
        examples=["Version 5 answers nonsense."],
    )


class EnvironmentVersionView(WireModel):
    """A workload that the environment was brought to, or was to be."""

    version: int = Field(
        description="Number of the specification that it came with: the environment's `generation`"
        " then.",
        examples=[4],
    )
    is_present: bool = Field(description="Whether it is what is wanted now.")
    status: Status = Field(
        description="Status of its operation, or of a repair or wake that has built it since."
    )
    operation_id: str = Field(description="Id of its operation.", examples=["fraud-llm.7"])
    requested_date_time: AwareDatetime = Field(description="When it was requested.")
    requested_by: str | None = Field(
        default=None,
        description="Object id of the caller in Entra ID, or `source` of the message; absent "
        "where it is unknown.",
    )
    digest: str | None = Field(
        default=None,
        description="Digest of the image; absent while the operation runs, or if the image runs "
        "by its tag.",
    )
    rollback: RollbackView | None = Field(
        default=None, description="What it goes back to, if it is a rollback."
    )
    workload: Workload = Field(description="The workload, including defaults.")


class EnvironmentVersionList(WireModel):
    """The latest versions, the latest first."""

    value: tuple[EnvironmentVersionView, ...] = Field(description="The versions.")


def build_version_list(record: EnvironmentRecord) -> EnvironmentVersionList:
    present = record.versions[-1].version if record.versions else None
    return EnvironmentVersionList(
        value=tuple(
            _build_version(each, is_present=each.version == present)
            for each in reversed(record.versions)
        )
    )


def _build_version(kept: EnvironmentVersion, *, is_present: bool) -> EnvironmentVersionView:
    return EnvironmentVersionView(
        version=kept.version,
        is_present=is_present,
        status=kept.status,
        operation_id=kept.operation_id,
        requested_date_time=kept.at,
        requested_by=kept.requested_by,
        digest=kept.digest,
        rollback=build_rollback_view(kept.rollback),
        workload=kept.workload,
    )
