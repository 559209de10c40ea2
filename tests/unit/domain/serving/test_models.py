"""Models of the registry as the API shows them."""

from domain.serving.models import build_model_summary, build_model_view, build_version_view
from domain.spec.model_versions import ModelContent, ModelVersion, RegisteredModel
from tests.support.callers import ALICE
from tests.support.specs import NOON, minutes

IMAGE = f"acmeml.azurecr.io/vllm@sha256:{'0123456789abcdef' * 4}"


def a_version(number: int) -> ModelVersion:
    return ModelVersion(
        version=number,
        content=ModelContent(name="fraud-llm", image=IMAGE),
        created_at=NOON + minutes(number),
        created_by=ALICE,
        request_id="secret",
    )


MODEL = RegisteredModel(latest=7, versions=(a_version(4), a_version(7)))


def test_a_version_tells_who_registered_what():
    view = build_version_view(MODEL.versions[0])
    assert (view.name, view.version, view.created_by) == ("fraud-llm", 4, ALICE)
    assert (view.content, view.created_date_time) == (a_version(4).content, NOON + minutes(4))


def test_a_model_has_its_latest_version_first():
    view = build_model_view("fraud-llm", MODEL)
    assert (view.name, [each.version for each in view.versions]) == ("fraud-llm", [7, 4])


def test_a_summary_counts_versions_and_shows_the_latest():
    summary = build_model_summary("fraud-llm", MODEL)
    assert (summary.name, summary.versions) == ("fraud-llm", 2)
    assert summary.latest == build_version_view(a_version(7))
