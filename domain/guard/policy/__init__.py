"""The policy file: what a deployment allows, what needs approval, and what may be spent."""
