"""What is wanted: the specification of an environment, and what is refused of it."""
