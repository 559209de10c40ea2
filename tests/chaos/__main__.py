"""`make chaos SEED=n`: runs the plan of a seed and checks what must hold at its end."""

import argparse
import sys
from pathlib import Path

from emulators.stack.stack import PROJECT
from tests.chaos.invariants import (
    INVARIANTS,
    Violation,
    check,
    everything_recovers,
    nothing_is_left,
)
from tests.chaos.plan import plan_run
from tests.chaos.report import format_figures, format_violations
from tests.chaos.run import Result, run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--environments", type=int, default=50)
    parser.add_argument("--calm", action="store_true", help="no faults, no kills, no drift")
    parser.add_argument("--work-dir", type=Path, default=PROJECT / "build" / "chaos")
    arguments = parser.parse_args()
    plan = plan_run(arguments.seed, arguments.environments, is_calm=arguments.calm)
    result = run(plan, arguments.work_dir, say)
    violations = find_violations(result)
    say(f"\nSeed {plan.seed}\n{format_figures(result)}")
    if result.log.faults_of_the_run:
        say(f"The run itself failed: {result.log.faults_of_the_run}")
    if violations:
        say(f"\nSeed {plan.seed} violates:\n{format_violations(result, violations)}")
    verdict = "violated" if violations else "hold"
    say(f"\nseed {plan.seed}: invariants {verdict}, {result.seconds:.0f} s")
    return 1 if violations or result.log.faults_of_the_run else 0


def find_violations(result: Result) -> list[Violation]:
    return [
        *check(result.settled),
        *check(result.recovered, (*INVARIANTS, everything_recovers)),
        *check(result.removed, (*INVARIANTS, nothing_is_left)),
    ]


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
