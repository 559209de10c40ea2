"""The script that checks weights, run by a real shell on real files."""

import os
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from shutil import which

import pytest

from domain.kubernetes.identity_manifests import CellIdentity
from domain.kubernetes.manifests import build_workload
from domain.kubernetes.weights_check import MISMATCH, SCRIPT
from tests.support.specs import a_spec

FILES = {
    "config.json": "{}",
    "model-00001-of-00002.safetensors": "first",
    "tokens/a tokenizer.json": "second",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    write_manifest(tmp_path)
    return tmp_path


def write_manifest(folder: Path, beginning: str = "") -> None:
    lines = [f"{sha256(t.encode()).hexdigest()}  {beginning}{n}\n" for n, t in FILES.items()]
    (folder / "SHA256SUMS").write_text("".join(lines))


def digest_of(folder: Path) -> str:
    return sha256((folder / "SHA256SUMS").read_bytes()).hexdigest()


def check(folder: Path, expected: str | None = None, path: str | None = None) -> tuple[int, str]:
    environment = {"MODEL_FOLDER": str(folder), "EXPECTED": expected or digest_of(folder)}
    done = subprocess.run(
        ["/bin/sh", "-c", SCRIPT],
        env={"PATH": os.environ["PATH"] if path is None else path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.strip()


@pytest.mark.parametrize("beginning", ["", "./"])
def test_the_right_files_let_the_model_start(folder: Path, beginning: str) -> None:
    write_manifest(folder, beginning)
    assert check(folder) == (0, "")


def test_the_manifest_that_the_guide_has_made_is_taken(folder: Path) -> None:
    (folder / "SHA256SUMS").unlink()
    make = "find . -type f ! -name SHA256SUMS -exec sha256sum {} + > SHA256SUMS"
    subprocess.run(["/bin/sh", "-c", make], cwd=folder, check=True)
    assert check(folder) == (0, "")


def change(folder: Path) -> None:
    (folder / "config.json").write_text('{"auto_map": "evil.py"}')


def remove(folder: Path) -> None:
    (folder / "config.json").unlink()


def add(folder: Path) -> None:
    (folder / "tokens" / "evil.py").write_text("import os")


def link(folder: Path) -> None:
    (folder / "evil.py").symlink_to("/etc/hostname")


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (change, "config.json: FAILED"),
        (remove, "config.json: FAILED open or read"),
        (add, "not in SHA256SUMS: tokens/evil.py"),
        (link, "not in SHA256SUMS: evil.py"),
    ],
)
def test_other_files_do_not(folder: Path, harm: Callable[[Path], None], named: str) -> None:
    harm(folder)
    code, said = check(folder)
    assert code == 1
    assert said.startswith(f"{MISMATCH}: ")
    assert named in said
    assert ": OK" not in said


def test_nor_does_another_manifest_that_fits_other_files(folder: Path) -> None:
    expected = digest_of(folder)
    change(folder)
    text = (folder / "config.json").read_bytes()
    (folder / "SHA256SUMS").write_text(f"{sha256(text).hexdigest()}  config.json\n")
    code, said = check(folder, expected)
    assert code == 1
    assert said == f"{MISMATCH}: SHA256SUMS has the digest sha256:{digest_of(folder)}."


def test_nor_does_none(folder: Path) -> None:
    expected = digest_of(folder)
    (folder / "SHA256SUMS").unlink()
    assert check(folder, expected) == (1, f"{MISMATCH}: there is no file SHA256SUMS.")


def test_an_image_without_the_tools_says_so_and_is_no_mismatch(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    few = tmp_path_factory.mktemp("bin")
    for tool in ("cut", "find", "grep", "sed", "head"):
        found = which(tool)
        assert found
        (few / tool).symlink_to(found)
    code, said = check(folder, path=str(few))
    assert code == 1
    assert said == "The image has no sha256sum, which checks the weights."


MODEL = {"name": "m", "version": "1", "source": "az://acmemodels/weights/m/1"}
DIGEST = f"sha256:{'0123456789abcdef' * 4}"


def test_the_check_runs_before_the_model_in_its_image_without_its_gpus() -> None:
    spec = a_spec(workload={"image": "llm:1", "model": {**MODEL, "digest": DIGEST}})
    workload = build_workload(spec, 1, CellIdentity("client-id", "tenant-id"))
    built = {each["kind"]: each for each in workload}
    deployment = built["Deployment"]["spec"]
    pod = deployment["template"]["spec"]
    (container,), (model,) = pod["initContainers"], pod["containers"]
    assert container["image"] == model["image"]
    assert container["volumeMounts"] == model["volumeMounts"]
    assert container["securityContext"] == model["securityContext"]
    assert "resources" not in container
    assert {"name": "EXPECTED", "value": "0123456789abcdef" * 4} in container["env"]
    assert container["command"][-1].replace("$$", "$") == SCRIPT, "as Kubernetes undoubles it"
    assert deployment["progressDeadlineSeconds"] == 2400 + 2 * 20 * 60


def test_without_a_digest_nothing_is_checked() -> None:
    spec = a_spec(workload={"image": "llm:1", "model": MODEL})
    built = {each["kind"]: each for each in build_workload(spec, 1, CellIdentity("c", "t"))}
    assert "initContainers" not in built["Deployment"]["spec"]["template"]["spec"]
