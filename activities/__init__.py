"""Activities: each is one idempotent side effect and returns an outcome as a value."""
