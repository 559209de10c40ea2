"""The requests of an environment's life, as one types them."""

import json

from triggers.environment_routes import EXAMPLE_SPEC

EXAMPLES = f"""\
## In six requests

```sh
GRIDPLANE=http://127.0.0.1:7071   # `make up` prints it
# In Azure every request needs -H "Authorization: Bearer $TOKEN", too

# Create: 202 with Location and Operation-Location
curl -si $GRIDPLANE/environments -H 'Content-Type: application/json' -d @- <<'JSON'
{json.dumps(EXAMPLE_SPEC, indent=2)}
JSON

# Poll until status is Succeeded, Failed or Canceled
curl -s $GRIDPLANE/operations/fraud-llm.1

# List, 20 at a time: follow nextLink
curl -s "$GRIDPLANE/environments?maxpagesize=20&phase=Ready"

# Read: the ETag is among the headers
curl -si $GRIDPLANE/environments/fraud-llm

# Update what was read, and nothing newer (412 otherwise)
curl -si -X PUT $GRIDPLANE/environments/fraud-llm -H 'If-Match: "1-17"' \\
  -H 'Content-Type: application/json' -d @environment.json

# Delete
curl -si -X DELETE $GRIDPLANE/environments/fraud-llm
```
"""
