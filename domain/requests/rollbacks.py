"""Which version a rollback goes back to."""

from datetime import datetime

from domain.environment.record import EnvironmentRecord
from domain.environment.versions import EnvironmentVersion, Rollback
from domain.outcomes import Status
from domain.requests.decision import Refused
from domain.requests.present_rules import say_problems
from domain.spec.model import EnvironmentSpec
from domain.spec.policy import SpecPolicy


def find_version(record: EnvironmentRecord, version: int | None) -> EnvironmentVersion | Refused:
    """The one of this number, or without one the latest before the present that ran something
    else. Only what was built successfully can be gone back to.

    After a rollback the present is the version that it went to: the same request again does not
    bring back what it went away from.
    """
    built = [each for each in record.versions if each.status is Status.SUCCEEDED]
    if version is not None:
        found = next((each for each in built if each.version == version), None)
        return found or _no_such_version(record, built, version)
    present = record.versions[-1] if record.versions else None
    if present is None:
        return _no_earlier_version(record)
    until = _find_origin(record, present)
    earlier = [
        each for each in built if each.version < until and not each.runs_the_same_as(present)
    ]
    return earlier[-1] if earlier else _no_earlier_version(record)


def _find_origin(record: EnvironmentRecord, version: EnvironmentVersion) -> int:
    """Where its workload was new: a rollback may have gone to one that was a rollback itself."""
    origin = version
    while origin.rollback:
        number = origin.rollback.to_version
        known = (each for each in record.versions if each.version == number)
        if (before := next(known, None)) is None:
            return number
        origin = before
    return origin.version


def build_rollback(
    record: EnvironmentRecord, target: EnvironmentVersion, reason: str | None
) -> Rollback:
    present = record.versions[-1]
    return Rollback(
        from_version=present.version,
        to_version=target.version,
        digest_before=present.digest,
        digest=target.digest,
        reason=reason,
    )


def find_forbidden(spec: EnvironmentSpec, policy: SpecPolicy, now: datetime) -> Refused | None:
    said = say_problems(spec, policy, now)
    if said is None:
        return None
    return Refused(
        "VersionNotAllowed",
        f"The specification with the workload of that version is refused. {said}",
        target="toVersion",
    )


def _no_such_version(
    record: EnvironmentRecord, built: list[EnvironmentVersion], version: int
) -> Refused:
    known = ", ".join(str(each.version) for each in built) or "none"
    return Refused(
        "VersionNotFound",
        f"Environment '{record.name}' keeps no version {version} that was built successfully. "
        f"Known: {known}.",
        record.active_operation,
        target="toVersion",
    )


def _no_earlier_version(record: EnvironmentRecord) -> Refused:
    return Refused(
        "VersionNotFound",
        f"Environment '{record.name}' keeps no earlier version that ran something else.",
        record.active_operation,
        target="toVersion",
    )
