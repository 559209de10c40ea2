"""What the API server refuses to store."""

from simulator.kubernetes.errors import FieldError
from simulator.kubernetes.kinds import Kind, Object

PROTECTED_NAMESPACES = frozenset({"default", "kube-system", "kube-public"})


def check_shape(kind: Kind, subject: Object) -> None:
    """Refuse values of a wrong type, which the API server cannot even decode."""


def of_new(kind: Kind, subject: Object) -> list[FieldError]:
    return []


def of_change(kind: Kind, live: Object, subject: Object) -> list[FieldError]:
    return []
