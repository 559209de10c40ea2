"""Kubernetes versions that AKS offers."""

DEFAULT_VERSION = "1.35"

_PATCH_VERSIONS = {
    "1.33": ("1.33.12", "1.33.11"),
    "1.34": ("1.34.9", "1.34.8"),
    "1.35": ("1.35.7", "1.35.6"),
    "1.36": ("1.36.2",),
}


def full_version(version: str) -> str | None:
    """The version that a request for `1.35` or `1.35.7` gets, or None when there is none."""
    if version in _PATCH_VERSIONS:
        return _PATCH_VERSIONS[version][0]
    offered = _PATCH_VERSIONS.get(version.rpartition(".")[0], ())
    return version if version in offered else None
