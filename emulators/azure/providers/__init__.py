"""Resource providers: what each of them offers, and whether the subscription may use it."""
