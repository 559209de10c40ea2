import pytest

from domain.images.answers import (
    RegistryAnswer,
    Stage,
    find_configuration,
    not_verified,
    read_image,
    read_weights,
)
from domain.outcomes import OperationWarning, Outcome
from domain.spec.image_reference import parse_image

IMAGE = parse_image("acmeml.azurecr.io/team/llm:1.4.2")
DIGEST = f"sha256:{'0123456789abcdef' * 4}"
MANIFEST = {"schemaVersion": 2, "config": {}, "layers": []}
AMD, ARM = ("linux", "amd64"), ("linux", "arm64")
ATTESTATION = ("unknown", "unknown")
FIREWALL = "client with IP '1.2.3.4' is not allowed access."


def index(*platforms: tuple[str, str]) -> dict[str, object]:
    children = [{"platform": {"os": os, "architecture": arch}} for os, arch in platforms]
    return {"schemaVersion": 2, "manifests": children}


def error(code: str, message: str = "It says so.") -> dict[str, object]:
    return {"errors": [{"code": code, "message": message}]}


def read(body: object, status: int = 200, stage: Stage = Stage.MANIFEST) -> Outcome:
    return read_image(IMAGE, RegistryAnswer(stage, status, DIGEST, body))


def of_one_platform(configuration: object) -> RegistryAnswer:
    return RegistryAnswer(Stage.MANIFEST, 200, DIGEST, MANIFEST, configuration)


@pytest.mark.parametrize(
    ("configuration", "found"),
    [
        ({"os": "linux", "architecture": "arm64"}, "linux/arm64"),
        ({"os": "windows", "architecture": "amd64"}, "windows/amd64"),
        ({"os": "linux", "architecture": "amd64"}, None),
        ({"os": "linux"}, None),
        ("<html>", None),
        (None, None),
    ],
)
def test_an_image_of_one_platform_is_what_its_configuration_says(
    configuration: object, found: str | None
):
    outcome = read_image(IMAGE, of_one_platform(configuration))
    if found is None:
        assert outcome == Outcome.succeeded(digest=DIGEST)
        return
    assert outcome.failure
    assert outcome.failure.reason == "ImagePlatformMissing"
    assert f"is built for {found}, but" in outcome.failure.message


def test_weights_of_one_platform_do_not_run_and_may_be_of_any():
    answer = of_one_platform({"os": "linux", "architecture": "arm64"})
    assert read_weights(IMAGE, answer).is_success


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"errors": [{"code": "MANIFEST_UNKNOWN", "message": ""}]}, 404, "WeightsNotFound"),
        ({"manifests": []}, 200, "ImagePlatformMissing"),
    ],
)
def test_weights_that_no_node_can_pull_are_refused_by_their_field(
    body: object, status: int, reason: str
):
    failure = read_weights(IMAGE, RegistryAnswer(Stage.MANIFEST, status, DIGEST, body)).failure
    assert failure
    assert failure.reason == reason
    assert failure.message.startswith("workload.model.source ")
    assert failure.suggested_action.startswith(("Push the weights and", "Build the image"))
    assert "workload.image" not in failure.suggested_action


@pytest.mark.parametrize(
    ("manifest", "digest"),
    [
        ({"config": {"digest": DIGEST}}, DIGEST),
        ({"config": {"digest": "../../v2/_catalog"}}, None),
        ({"config": {}}, None),
        ({"manifests": []}, None),
        ("", None),
    ],
)
def test_a_manifest_names_its_configuration(manifest: object, digest: str | None):
    assert find_configuration(manifest) == digest


def warning_of(outcome: Outcome) -> OperationWarning:
    assert outcome.warnings
    assert len(outcome.warnings) == 1
    return outcome.warnings[0]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(MANIFEST, id="one platform, which only its configuration names"),
        pytest.param(index(AMD), id="an index of one"),
        pytest.param(index(ARM, AMD, ATTESTATION), id="among others"),
        pytest.param("", id="no body"),
    ],
)
def test_an_image_that_a_node_can_run_has_a_digest(body: object):
    assert read(body) == Outcome.succeeded(digest=DIGEST)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        pytest.param(index(ARM, ATTESTATION), "linux/arm64", id="another architecture"),
        pytest.param(index(("windows", "amd64")), "windows/amd64", id="another system"),
        pytest.param(index(ARM, ("darwin", "arm64")), "darwin/arm64, linux/arm64", id="several"),
        pytest.param(index(), "nothing", id="an empty index"),
        pytest.param({"manifests": [{}, "x"]}, "nothing", id="no platforms"),
    ],
)
def test_an_index_without_the_platform_of_the_nodes_is_refused(body: object, found: str):
    failure = read(body).failure
    assert failure
    assert (failure.reason, failure.retryable) == ("ImagePlatformMissing", False)
    assert f"is built for {found}, but GPU nodes run linux/amd64" in failure.message
    assert failure.message.startswith("workload.image acmeml.azurecr.io/team/llm:1.4.2 ")
    assert "--platform linux/amd64" in failure.suggested_action


@pytest.mark.parametrize("end", ["", "."])
@pytest.mark.parametrize("code", ["MANIFEST_UNKNOWN", "NAME_UNKNOWN"])
def test_an_image_that_is_not_there_is_refused(code: str, end: str):
    failure = read(error(code, f'manifest tagged by "1.4.2" is not found{end}'), 404).failure
    assert failure
    assert (failure.reason, failure.retryable) == ("ImageNotFound", False)
    assert failure.message == (
        "workload.image acmeml.azurecr.io/team/llm:1.4.2 does not exist: "
        'manifest tagged by "1.4.2" is not found.'
    )


@pytest.mark.parametrize(
    ("stage", "status", "body", "why"),
    [
        pytest.param(Stage.EXCHANGE, 401, error("UNAUTHORIZED"), "give it AcrPull", id="no role"),
        pytest.param(Stage.MANIFEST, 401, error("UNAUTHORIZED"), "give it AcrPull", id="scope"),
        pytest.param(Stage.EXCHANGE, 403, error("DENIED", FIREWALL), FIREWALL, id="firewall"),
        pytest.param(Stage.MANIFEST, 403, error("DENIED", FIREWALL), "firewall", id="later"),
        pytest.param(Stage.EXCHANGE, 404, error("NAME_UNKNOWN"), "HTTP 404", id="no exchange"),
        pytest.param(Stage.MANIFEST, 404, "404 page not found", "HTTP 404", id="another 404"),
        pytest.param(Stage.MANIFEST, 429, error("TOOMANYREQUESTS"), "TOOMANYREQUESTS", id="429"),
        pytest.param(Stage.TOKEN, 503, "<html>", "HTTP 503", id="an outage"),
        pytest.param(Stage.EXCHANGE, 200, {}, "no token", id="no token"),
        pytest.param(Stage.MANIFEST, 404, {"errors": []}, "HTTP 404", id="no error"),
        pytest.param(Stage.MANIFEST, 404, {"errors": ["x"]}, "HTTP 404", id="no object"),
    ],
)
def test_whatever_else_is_answered_is_a_warning(stage: Stage, status: int, body: object, why: str):
    outcome = read_image(IMAGE, RegistryAnswer(stage, status, None, body))
    assert outcome.is_success
    assert "digest" not in outcome.result
    warning = warning_of(outcome)
    assert (warning.code, warning.target) == (
        "ImageNotVerified",
        "acmeml.azurecr.io/team/llm:1.4.2",
    )
    assert why in warning.message
    assert "runs by its tag, which may change" in warning.message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (error("TOOMANYREQUESTS", "Slow down."), "HTTP 429: TOOMANYREQUESTS Slow down."),
        (error("TOOMANYREQUESTS", ""), "HTTP 429: TOOMANYREQUESTS."),
        ({"errors": [{"code": "TOOMANYREQUESTS"}]}, "HTTP 429: TOOMANYREQUESTS."),
        ({"errors": [{"message": "Slow down."}]}, "HTTP 429."),
        ("<html>", "HTTP 429."),
    ],
)
def test_a_warning_repeats_what_the_registry_says(body: object, said: str):
    assert warning_of(read(body, 429)).message.endswith(f": the registry answered {said}")


def test_an_image_of_which_no_more_is_said_has_no_manifest():
    failure = read(error("MANIFEST_UNKNOWN", ""), 404).failure
    assert failure
    assert failure.message.endswith(" does not exist: no such manifest.")
    assert failure.suggested_action.startswith("Push the image and retry the operation")


@pytest.mark.parametrize("digest", [None, "", "sha512:1", f"{DIGEST}0"])
def test_a_registry_that_names_no_digest_is_a_warning(digest: str | None):
    outcome = read_image(IMAGE, RegistryAnswer(Stage.MANIFEST, 200, digest, MANIFEST))
    assert "the registry did not name its digest" in warning_of(outcome).message
    assert outcome.result == {}


def test_an_image_that_was_given_by_its_digest_does_not_change():
    image = parse_image(f"acmeml.azurecr.io/llm@{DIGEST}")
    warning = warning_of(not_verified(image, "nobody answers"))
    assert warning.target == f"acmeml.azurecr.io/llm@{DIGEST}"
    assert "it runs as it is named: nobody answers." in warning.message
