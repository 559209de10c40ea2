"""A ConfigMap's folder on disk, whose files all change at once, as the kubelet changes them.

Each file is a link into `..data`, itself a link to the folder of one version; a new version is
written beside the old one, and the rename of a link puts it in the old one's place.
"""

import shutil
import tempfile
from pathlib import Path

from emulators.azure.kubernetes.config_volumes import Files

_DATA = "..data"


class ConfigFolder:
    """Made by the first write."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, files: Files) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        data = self.path / _DATA
        before = data.resolve() if data.is_symlink() else None
        version = Path(tempfile.mkdtemp(prefix="..", dir=self.path))
        version.chmod(0o755)
        for name, content in files.items():
            file = version / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        self._turn(data, version)
        self._link({Path(name).parts[0] for name in files})
        if before is not None:
            shutil.rmtree(before)

    def _turn(self, data: Path, version: Path) -> None:
        new = self.path / f"{_DATA}_tmp"
        new.symlink_to(version.name)
        new.replace(data)

    def _link(self, names: set[str]) -> None:
        """Links for what is new; those to what is gone go."""
        present = {each.name for each in self.path.iterdir() if not each.name.startswith("..")}
        for name in names - present:
            (self.path / name).symlink_to(Path(_DATA) / name)
        for name in present - names:
            (self.path / name).unlink()
