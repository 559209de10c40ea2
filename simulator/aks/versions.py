"""Kubernetes versions that AKS offers."""

DEFAULT_VERSION = "1.33"

_PATCH_VERSIONS = {
    "1.32": ("1.32.9", "1.32.10"),
    "1.33": ("1.33.5", "1.33.6"),
    "1.34": ("1.34.1", "1.34.2"),
    "1.35": ("1.35.1",),
}


def full_version(version: str) -> str | None:
    """The version that a request for `1.33` or `1.33.5` gets, or None when there is none."""
    if version in _PATCH_VERSIONS:
        return _PATCH_VERSIONS[version][0]
    offered = _PATCH_VERSIONS.get(version.rpartition(".")[0], ())
    return version if version in offered else None
