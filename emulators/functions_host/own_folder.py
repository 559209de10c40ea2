"""The folder in which the host keeps what has to outlive it: the task hub's database, timers."""

from pathlib import Path


def default_own_folder(app_dir: Path) -> Path:
    return app_dir / ".functions_host"


def make_own_folder(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_text("*\n")
    return folder
