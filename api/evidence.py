"""Which of what was found may answer a question (pure).

The bounds and the data they were chosen on are docs/decisions/0042.
"""

from __future__ import annotations

from api.highlight import Words
from api.models import Hit
from api.search import Found
from processor.chunk import estimated_tokens

# Either is enough: a passage with so many of the question's words, or one so near to its meaning.
ENOUGH_WORDS = 0.15
ENOUGH_SIMILARITY = 0.3

MAX_TOKENS = 6000


def choose(question: str, found: Found) -> list[Hit]:
    """Return the passages to show to the model, best first; none if they are all too weak.

    What is in two documents word for word is shown once. Passages are whole or not there.
    """
    words = Words.of(question)
    share = max((words.share_in(hit.content) for hit in found.hits), default=0.0)
    if share < ENOUGH_WORDS and found.similarity < ENOUGH_SIMILARITY:
        return []
    chosen: dict[str, Hit] = {}
    room = MAX_TOKENS
    for hit in found.hits:
        room -= 0 if hit.content in chosen else estimated_tokens(hit.content)
        if room < 0:
            break
        chosen.setdefault(hit.content, hit)
    return list(chosen.values())
