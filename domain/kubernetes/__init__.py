"""What runs inside a cell, and whether it is ready."""
