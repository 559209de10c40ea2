"""Runs the task hub as a child that ends when the process which started it ends."""

import os
import runpy
import signal
import sys
import threading


def _end_with_parent() -> None:
    """Standard input is a pipe from the parent; it closes even when the parent is killed."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.argv[0] = "functions_host.task_hub"
    runpy.run_module("functions_host.task_hub", run_name="__main__", alter_sys=True)
