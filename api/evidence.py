"""Which of what was found may answer a question (pure).

The bounds and the data they were chosen on are docs/decisions/0042.
"""

from __future__ import annotations

from api.models import Hit
from api.search import Found
from processor.chunk import estimated_tokens

# Below both of them what was found has nothing to do with the question.
ENOUGH_WORDS = 0.2
ENOUGH_SIMILARITY = 0.25

MAX_TOKENS = 6000


def choose(found: Found) -> list[Hit]:
    """Return the passages to show to the model, best first; none if they are all too weak.

    What is in two documents word for word is shown once. Passages are whole or not there.
    """
    if found.words < ENOUGH_WORDS and found.similarity < ENOUGH_SIMILARITY:
        return []
    chosen: dict[str, Hit] = {}
    room = MAX_TOKENS
    for hit in found.hits:
        room -= 0 if hit.content in chosen else estimated_tokens(hit.content)
        if room < 0:
            break
        chosen.setdefault(hit.content, hit)
    return list(chosen.values())
