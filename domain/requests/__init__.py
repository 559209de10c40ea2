"""What a request leads to, whichever door it came through."""
