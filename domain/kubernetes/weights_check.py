"""Checks weights before the model starts: an init container in the image of the workload.

The folder has a file SHA256SUMS, as `sha256sum` writes it, and the specification the digest of
that file. All files have to be as it says, and none may be there beside them: an engine loads what
it finds.
"""

from typing import Any

from domain.kubernetes.expansion import unexpanded
from domain.kubernetes.weights_manifests import find_weights
from domain.kubernetes.weights_manifests import weights_volume_mounts as mounts
from domain.spec.model import EnvironmentSpec
from domain.spec.weights import WEIGHTS_FOLDER

CHECK_CONTAINER = "verify-weights"
MANIFEST_FILE = "SHA256SUMS"
MISMATCH = "WeightsDigestMismatch"
"""Begins what the container says of files that are not the specified ones."""

SCRIPT = f"""\
fail() {{ echo "$1"; exit 1; }}
for tool in sha256sum cut find grep sed head; do
  command -v "$tool" > /dev/null || fail "The image has no $tool, which checks the weights."
done
cd "$MODEL_FOLDER" || fail "There is no folder $MODEL_FOLDER."
[ -f {MANIFEST_FILE} ] || fail "{MISMATCH}: there is no file {MANIFEST_FILE}."
found=$(sha256sum < {MANIFEST_FILE} | cut -c 1-64)
[ "$found" = "$EXPECTED" ] || fail "{MISMATCH}: {MANIFEST_FILE} has the digest sha256:$found."
if ! report=$(sha256sum -c {MANIFEST_FILE} 2>&1); then
  fail "{MISMATCH}: $(echo "$report" | grep -v ': OK$' | head -n 5)"
fi
listed() {{ echo {MANIFEST_FILE}; sed -e 's/^.\\{{66\\}}//' -e 's|^[.]/||' {MANIFEST_FILE}; }}
others=$(find . ! -type d | sed 's|^[.]/||' | while IFS= read -r file; do
  listed | grep -qxF -e "$file" || echo "$file"
done | head -n 5)
[ -z "$others" ] || fail "{MISMATCH}: not in {MANIFEST_FILE}: $others"
"""


def init_containers(spec: EnvironmentSpec, security: dict[str, Any]) -> list[dict[str, Any]]:
    """`security`: that of the model's own container."""
    model = spec.workload.model
    if model is None or model.digest is None or find_weights(spec) is None:
        return []
    check: dict[str, Any] = {
        "name": CHECK_CONTAINER,
        "image": spec.workload.image,
        "command": ["/bin/sh", "-c", unexpanded(SCRIPT)],
        "env": [
            {"name": "MODEL_FOLDER", "value": WEIGHTS_FOLDER},
            {"name": "EXPECTED", "value": model.digest.removeprefix("sha256:")},
        ],
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "securityContext": security,
        "volumeMounts": mounts(spec),
    }
    return [check]
