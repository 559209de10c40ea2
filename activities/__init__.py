"""One idempotent side effect each: decode, one or two client calls, an outcome value."""
