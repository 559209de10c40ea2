"""Runs the task hub as a child that ends when the process which started it ends."""

import fcntl
import os
import runpy
import signal
import sys
import threading
import time
from pathlib import Path

_LOCK_SECONDS = 3.0
_LOOK_SECONDS = 0.05


def main() -> None:
    """Take the lock file named first; what follows are the task hub's own arguments."""
    lock_file = Path(sys.argv.pop(1))
    with lock_file.open("w") as lock:
        if not _is_locked(lock.fileno()):
            sys.exit(f"Another task hub works on {lock_file.parent} already.")
        threading.Thread(target=_end_with_parent, daemon=True).start()
        sys.argv[0] = "emulators.functions_host.task_hub"
        runpy.run_module("emulators.functions_host.task_hub", run_name="__main__", alter_sys=True)


def _is_locked(descriptor: int) -> bool:
    """Wait a moment for the lock: the hub of a host that was killed may be ending yet."""
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(_LOOK_SECONDS)
        else:
            return True


def _end_with_parent() -> None:
    """Standard input is a pipe from the parent; it closes even when the parent is killed."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
