"""Runs mutmut over `domain/` and `orchestrators/` and prints the score: `make mutate`.

mutmut takes a copy of the tree to `mutants/` and remembers there what was killed. A second run
takes up what changed and what survived, but runs everything again that names are given for;
remove the folder to begin anew.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.mutation.fresh import rerun_doubtful_survivors
from tests.mutation.mutants import forget_survivors
from tests.mutation.score import print_report

MUTMUT = Path(sys.executable).with_name("mutmut")


def main(names: list[str]) -> int:
    """`names` are patterns such as `domain.sweep.*`; without any, all mutants run."""
    forget_survivors(names)
    children = str(os.process_cpu_count() or 1)
    done = subprocess.run([MUTMUT, "run", "--max-children", children, *names], check=False)
    if done.returncode:
        return done.returncode
    rerun_doubtful_survivors(names)
    return 0 if print_report() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
