"""The folder of a ConfigMap on disk."""

from pathlib import Path

from emulators.azure.kubernetes.processes.config_folder import ConfigFolder


def test_a_folder_changes_all_its_files_by_the_rename_of_a_link(tmp_path: Path):
    folder = ConfigFolder(tmp_path / "config")
    folder.write({"a": b"1", "b/c": b"1", "gone": b"1"})
    opened = (folder.path / "a").resolve()
    before = (folder.path / "..data").readlink()
    folder.write({"a": b"2", "b/c": b"2", "new": b"2"})

    links = {
        each.name: str(each.readlink()) for each in folder.path.iterdir() if each.is_symlink()
    }
    after = links.pop("..data")
    assert links == {"a": "..data/a", "b": "..data/b", "new": "..data/new"}
    assert (folder.path / "b" / "c").read_bytes() == (folder.path / "new").read_bytes() == b"2"
    assert after != str(before)
    assert not opened.exists()
    assert [each.name for each in folder.path.iterdir() if not each.is_symlink()] == [after]
