"""Entry points of the app: validate, translate, start or query."""
