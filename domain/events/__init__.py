"""What is published about an environment."""
