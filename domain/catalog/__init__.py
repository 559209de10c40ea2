"""What Azure offers: GPU sizes, regions, list prices."""
