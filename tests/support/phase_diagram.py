"""The phase diagram of docs/architecture.md: `python -m tests.support.phase_diagram` writes it."""

from pathlib import Path

from domain.environment.phases import IN_MOTION, TRANSITIONS, Phase

DOCUMENT = Path(__file__).parents[2] / "docs/architecture.md"
BEGIN = (
    "<!-- phases: generated from domain/environment/phases.py by "
    "`python -m tests.support.phase_diagram` -->\n"
)
END = "<!-- end of phases -->\n"


def render_phases() -> str:
    """A new name begins like a deleted one; phases that an operation owns are in italics."""
    order = list(Phase)
    moves = [
        *(("[*]", target) for target in sorted(TRANSITIONS[Phase.DELETED], key=order.index)),
        *(
            (source, target)
            for source in order
            for target in sorted(TRANSITIONS[source], key=order.index)
        ),
    ]
    owned = ",".join(phase for phase in order if phase in IN_MOTION)
    return "\n".join(
        [
            "```mermaid",
            "stateDiagram-v2",
            *(f"    {source} --> {target}" for source, target in moves),
            "    classDef owned font-style:italic",
            f"    class {owned} owned",
            "```",
            "",
        ]
    )


def read_phases(document: str) -> str:
    return document.partition(BEGIN)[2].partition(END)[0]


def main() -> None:
    before, _, rest = DOCUMENT.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    DOCUMENT.write_text(before + BEGIN + render_phases() + END + after)


if __name__ == "__main__":
    main()
