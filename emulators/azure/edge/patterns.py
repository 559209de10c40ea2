"""Path patterns of routes and WAF associations: exact, or ending in `/*`."""

from collections.abc import Iterable


def matches(pattern: str, path: str) -> bool:
    """Front Door compares paths without regard to case."""
    wanted, asked = pattern.lower(), path.lower()
    if wanted.endswith("/*"):
        folder = wanted.removesuffix("/*")
        return asked == folder or asked.startswith(f"{folder}/")
    return wanted == asked


def best_match(patterns: Iterable[str], path: str) -> int | None:
    """How specific the best matching pattern is; None when none matches."""
    found = [_specificity(each) for each in patterns if matches(each, path)]
    return max(found, default=None)


def _specificity(pattern: str) -> int:
    """An exact pattern wins over every wildcard, a longer wildcard over a shorter one."""
    return len(pattern) - 1 if pattern.endswith("*") else 10_000
