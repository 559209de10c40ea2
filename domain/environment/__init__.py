"""An environment's record: phases, operations, steps, and how they change."""
