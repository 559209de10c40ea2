"""Mutation testing: which changes of `domain/` and `orchestrators/` no unit test notices."""
