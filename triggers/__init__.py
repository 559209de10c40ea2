"""The edge of the app: validate, translate, start or query."""
