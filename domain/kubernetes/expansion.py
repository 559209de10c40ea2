"""Texts in the fields of containers, in which Kubernetes replaces variables."""


def unexpanded(text: str) -> str:
    """Kubernetes replaces `$(NAME)` by a variable and `$$` by `$`, so every `$` is doubled."""
    return text.replace("$", "$$")
