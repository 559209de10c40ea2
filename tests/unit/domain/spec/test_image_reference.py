import pytest

from domain.spec.image_reference import ImageReference, parse_image

DIGEST = f"sha256:{'0123456789abcdef' * 4}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("acmeml.azurecr.io/llm:1.4", ("acmeml.azurecr.io", "llm", "1.4", None)),
        ("ACMEML.azurecr.io/a/b/llm", ("acmeml.azurecr.io", "a/b/llm", "latest", None)),
        (f"r.example.com/llm@{DIGEST}", ("r.example.com", "llm", "latest", DIGEST)),
        (f"r.example.com/llm:1@{DIGEST}", ("r.example.com", "llm", "1", DIGEST)),
        ("r.example.com:5000/llm", ("r.example.com:5000", "llm", "latest", None)),
        ("localhost/llm:1", ("localhost", "llm", "1", None)),
        ("vllm/vllm-openai:v0.9", ("docker.io", "vllm/vllm-openai", "v0.9", None)),
        ("nginx", ("docker.io", "nginx", "latest", None)),
    ],
)
def test_a_reference_has_a_host_a_repository_and_a_tag(
    text: str, expected: tuple[str, str, str, str | None]
):
    assert parse_image(text) == ImageReference(*expected)


def test_its_name_is_without_tag_and_digest():
    assert parse_image(f"Acmeml.azurecr.io/a/llm:1@{DIGEST}").name == "acmeml.azurecr.io/a/llm"
