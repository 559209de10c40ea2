"""Azure's catalog: GPU VM sizes, regions and list prices."""
