"""What makes the objects of a cluster come true, in simulated time."""
