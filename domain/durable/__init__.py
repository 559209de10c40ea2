"""What crosses the durable boundary: inputs and registered names."""
