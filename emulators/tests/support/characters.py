"""Characters of texts that Hypothesis makes up."""

from hypothesis import strategies as st

CHARACTERS = st.characters(exclude_categories=["Cs"])
"""All that UTF-8 encodes: any but surrogates.

`st.text()` asks Python's codec for each of a million characters, which takes each process 3 s in a
new clone, where Hypothesis has cached no answers yet.
"""
