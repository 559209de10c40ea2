"""Container images: what their registry says of them."""
