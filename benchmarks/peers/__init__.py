"""What others do for the same environment, on the same simulated Azure."""
