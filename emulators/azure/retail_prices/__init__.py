"""The Retail Prices API: list prices without a token, filtered and by the page."""
