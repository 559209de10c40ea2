"""Cost Management: what machines have cost, from a log of their hours."""
