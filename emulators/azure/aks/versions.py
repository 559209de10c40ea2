"""Kubernetes versions that AKS offers."""

DEFAULT_VERSION = "1.35"

_PATCH_VERSIONS = {
    "1.33": ("1.33.12", "1.33.11"),
    "1.34": ("1.34.9", "1.34.8"),
    "1.35": ("1.35.7", "1.35.6"),
    "1.36": ("1.36.2",),
}


def offered_versions() -> dict[str, tuple[str, ...]]:
    """Minor versions with their patch versions, the newest patch first."""
    return dict(_PATCH_VERSIONS)


def upgrades_of(version: str) -> list[str]:
    """Later patches of the same minor version, and all of the next one."""
    minor = version.rpartition(".")[0]
    major, _, number = minor.partition(".")
    following = _PATCH_VERSIONS.get(f"{major}.{int(number) + 1}", ())
    newer = [each for each in _PATCH_VERSIONS.get(minor, ()) if _patch(each) > _patch(version)]
    return [*newer, *following]


def is_at_most(version: str, limit: str) -> bool:
    """Compare by number: 1.9.10 lies above 1.9.9."""
    return _numbers(version) <= _numbers(limit)


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def _patch(version: str) -> int:
    return int(version.rpartition(".")[2])


def full_version(version: str) -> str | None:
    """The version that a request for `1.35` or `1.35.7` gets, or None when there is none."""
    if version in _PATCH_VERSIONS:
        return _PATCH_VERSIONS[version][0]
    offered = _PATCH_VERSIONS.get(version.rpartition(".")[0], ())
    return version if version in offered else None
