"""Becomes the program of its arguments, which the kernel ends when the simulator ends.

A script of its own, and no code between fork and exec: that may hang in a process with threads.
`launcher.py PARENT PROGRAM ARGUMENT...`; only Linux knows the death signal of a parent.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, program, *arguments = sys.argv[1:]
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):
        sys.exit(1)
    os.execvp(program, [program, *arguments])


if __name__ == "__main__":
    main()
