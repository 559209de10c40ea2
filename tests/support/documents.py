"""The repository's Markdown files: links, headings, code spans."""

import re
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]

_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_SPAN = re.compile(r"`([^`\n]+)`")


def documents() -> list[Path]:
    """All but those of installed packages and builds."""
    found = (path.relative_to(REPOSITORY) for path in REPOSITORY.rglob("*.md"))
    ours = (path for path in found if not any(_is_generated(part) for part in path.parts))
    return sorted(REPOSITORY / path for path in ours)


def _is_generated(folder: str) -> bool:
    return folder in {"build", "mutants"} or folder.startswith(".")


def relative_links(document: Path) -> Iterator[tuple[Path, str]]:
    """Target file and anchor of each link that stays inside the repository."""
    text = _SPAN.sub("", _FENCE.sub("", document.read_text()))
    for link in _LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        yield (document.parent / path if path else document), anchor


def anchors(document: Path) -> set[str]:
    """As GitHub makes them of headings: lower case, punctuation dropped, spaces as hyphens."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", document.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def code_spans(document: Path) -> list[str]:
    return _SPAN.findall(_FENCE.sub("", document.read_text()))


def code_block(document: Path, language: str) -> str:
    """The one block of this language."""
    found = re.findall(
        rf"^```{language}\n(.*?)^```", document.read_text(), re.MULTILINE | re.DOTALL
    )
    assert len(found) == 1, f"{document} has {len(found)} blocks of {language}"
    return found[0]
