"""The table of docs/access.md: `python -m tests.support.access_table` writes it."""

from pathlib import Path

from domain.requests.app_roles import AppRole, roles_that_admit
from triggers.routes import ROUTES

DOCUMENT = Path(__file__).parents[2] / "docs/access.md"
BEGIN = (
    "<!-- access: generated from triggers/routes.py by "
    "`python -m tests.support.access_table` -->\n"
)
END = "<!-- end of access -->\n"


def render_access() -> str:
    roles = " | ".join(f"`{role}`" for role in AppRole)
    lines = [f"| request | {roles} |", f"|---|{'---|' * len(AppRole)}"]
    for route in ROUTES:
        admitted = frozenset(AppRole) if route.role is None else roles_that_admit(route.role)
        marks = " | ".join("yes" if role in admitted else "" for role in AppRole)
        note = ", without a token, too" if route.role is None else ""
        lines.append(f"| `{route.method} /{route.path}`{note} | {marks} |")
    return "\n".join([*lines, ""])


def read_access(document: str) -> str:
    return document.partition(BEGIN)[2].partition(END)[0]


def main() -> None:
    before, _, rest = DOCUMENT.read_text().partition(BEGIN)
    DOCUMENT.write_text(before + BEGIN + render_access() + END + rest.partition(END)[2])


if __name__ == "__main__":
    main()
