"""What an environment has run, as far as it is kept."""

from collections.abc import Iterable
from typing import Any

import pytest

from domain.environment.pinned_image import PinnedImage
from domain.environment.version_views import build_version_list
from domain.environment.versions import (
    KEPT_BYTES,
    KEPT_VERSIONS,
    EnvironmentVersion,
    Rollback,
    add_version,
    end_version,
)
from domain.outcomes import Status
from tests.support.specs import BY_DIGEST, NOON, a_record, a_spec, spec_body

DIGEST = f"sha256:{'0123456789abcdef' * 4}"


def a_version(version: int = 1, **workload: Any) -> EnvironmentVersion:
    spec = a_spec(workload={**spec_body()["workload"], **workload})
    return EnvironmentVersion(
        version=version,
        operation_id=f"fraud-llm.{version}",
        at=NOON,
        status=Status.RUNNING,
        workload=spec.workload,
    )


def an_image(digest: str = DIGEST) -> PinnedImage:
    return PinnedImage(reference="registry.example.com/llm:1.4.2", digest=digest, resolved_at=NOON)


def test_so_many_are_kept():
    kept: tuple[EnvironmentVersion, ...] = ()
    for version in range(1, KEPT_VERSIONS + 3):
        kept = add_version(kept, a_version(version))
    assert [each.version for each in kept] == list(range(3, KEPT_VERSIONS + 3))


def test_the_latest_is_kept_whatever_its_size_and_of_the_others_what_is_small():
    large = {"env": {f"A{number}": "x" * 30_000 for number in range(5)}}
    kept: tuple[EnvironmentVersion, ...] = ()
    for version in (1, 2, 3, 4):
        kept = add_version(kept, a_version(version, **large))
    assert [each.version for each in kept] == [3, 4]
    assert sum(len(each.model_dump_json()) for each in kept[:-1]) < KEPT_BYTES


type Versions = tuple[EnvironmentVersion, ...]


def updated(kept: Versions, status: Status, versions: Iterable[int], size: int) -> Versions:
    large = {"env": {f"A{number}": "x" * size for number in range(5)}}
    for version in versions:
        kept = add_version(kept, a_version(version, **large))
        kept = end_version(kept, f"fraud-llm.{version}", status, None)
    return kept


@pytest.mark.parametrize("size", [1, 30_000], ids=["many", "large"])
def test_what_was_built_last_is_kept_however_many_updates_fail_after_it(size: int):
    built = updated((), Status.SUCCEEDED, (1, 2), size)
    failed = updated(built, Status.FAILED, range(3, KEPT_VERSIONS + 5), size)
    assert [each.version for each in failed if each.status is Status.SUCCEEDED] == [2]
    assert failed[-1].version == KEPT_VERSIONS + 4
    assert len(failed) <= KEPT_VERSIONS + 1
    later = updated(failed, Status.SUCCEEDED, (KEPT_VERSIONS + 5, KEPT_VERSIONS + 6), size)
    assert 2 not in {each.version for each in later}


def test_its_end_tells_what_the_image_was_resolved_to():
    first, second = end_version(
        (a_version(1), a_version(2)), "fraud-llm.2", Status.SUCCEEDED, an_image()
    )
    assert (first.status, first.digest) == (Status.RUNNING, None)
    assert (second.status, second.digest) == (Status.SUCCEEDED, DIGEST)


def test_an_image_by_its_digest_needs_no_resolution():
    assert a_version(image=BY_DIGEST).digest == DIGEST


def test_the_same_tag_may_run_something_else():
    here = a_version().model_copy(update={"image": an_image()})
    there = here.model_copy(update={"version": 2, "image": an_image("sha256:1")})
    assert here.runs_the_same_as(here.model_copy(update={"version": 3}))
    assert not here.runs_the_same_as(there)
    assert not here.runs_the_same_as(a_version(port=9000))


def test_a_rollback_says_both_digests_and_the_reason():
    rollback = Rollback(from_version=5, to_version=4, digest=DIGEST, reason="It is slow.")
    assert rollback.describe() == (
        f"rollback from version 5 (by its tag) to version 4 ({DIGEST}): It is slow."
    )


def test_versions_are_shown_the_latest_first_with_who_asked_for_them():
    went_back = Rollback(from_version=2, to_version=1, reason="It answers nonsense.")
    latest = a_version(2).model_copy(
        update={"image": an_image(), "rollback": went_back, "requested_by": "an-id"}
    )
    record = a_record().model_copy(update={"versions": (a_version(1), latest)})
    new, old = build_version_list(record).value
    assert ((new.version, new.is_present), (old.version, old.is_present)) == (
        (2, True),
        (1, False),
    )
    assert (new.operation_id, new.status) == ("fraud-llm.2", Status.RUNNING)
    assert (new.requested_date_time, new.requested_by) == (NOON, "an-id")
    assert (new.digest, new.workload) == (DIGEST, latest.workload)
    assert new.rollback
    assert new.rollback.reason == "It answers nonsense."
    assert (old.digest, old.rollback, old.requested_by) == (None, None, None)


def test_an_environment_without_versions_shows_none():
    assert build_version_list(a_record().model_copy(update={"versions": ()})).value == ()


def test_of_three_versions_the_latest_alone_is_present():
    versions = tuple(a_version(number) for number in (1, 2, 3))
    shown = build_version_list(a_record().model_copy(update={"versions": versions})).value
    assert [(each.version, each.is_present) for each in shown] == [
        (3, True),
        (2, False),
        (1, False),
    ]
    (only,) = build_version_list(a_record().model_copy(update={"versions": versions[:1]})).value
    assert only.is_present
