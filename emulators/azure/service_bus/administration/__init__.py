"""The HTTP side of a namespace: entities as Atom entries, for administration clients."""
