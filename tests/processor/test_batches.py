from __future__ import annotations

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from processor.batches import MAX_BYTES, MAX_TEXTS, batches

TEXTS = st.lists(
    st.builds(
        lambda letter, length: letter * length, st.sampled_from("a語😀"), st.integers(0, 99_999)
    ),
    max_size=12,
)


@given(TEXTS)
def test_batches_keep_order_and_limits(texts: list[str]) -> None:
    made = list(batches(texts))
    assert list(chain.from_iterable(made)) == texts
    for batch in made:
        assert 1 <= len(batch) <= MAX_TEXTS
        assert len(batch) == 1 or len("".join(batch).encode()) <= MAX_BYTES


def test_the_usual_document_fills_its_batches() -> None:
    """Chunks of 400 Chinese characters or 1600 Latin ones."""
    assert [len(batch) for batch in batches(["語" * 400] * 200)] == [96, 96, 8]
    assert [len(batch) for batch in batches(["x" * 1600] * 200)] == [96, 96, 8]
