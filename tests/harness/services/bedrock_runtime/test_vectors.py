from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import harness
from harness.services.bedrock_runtime.vectors import FORMS, embed

TOPICS = {
    "en": (
        "Employees accrue fourteen days of annual leave in their first year.",
        "How many annual leave days does an employee accrue?",
        "Expense reports need receipts for every taxi ride.",
    ),
    "zh": (
        "員工任職滿一年者，每年應給予特別休假十四日。",
        "任職滿一年的員工每年有幾日特別休假？",
        "差旅費報銷須檢附計程車收據。",
    ),
    "ja": (
        "入社一年目の社員には年次有給休暇を十四日付与する。",
        "社員の年次有給休暇は何日付与されますか。",
        "経費の精算にはタクシーの領収書が必要です。",
    ),
}


@pytest.mark.parametrize("dimension", [256, 512, 1024, 1536])
@given(texts=st.lists(st.text(min_size=1), min_size=1, max_size=4))
def test_every_text_has_a_vector_of_length_one(dimension: int, texts: list[str]):
    vectors = embed(texts, dimension)

    assert vectors.shape == (len(texts), dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize("language", sorted(TOPICS))
def test_related_texts_are_closer_than_unrelated_ones(language: str):
    passage, question, other = embed(TOPICS[language], 1536)

    assert passage @ question > 0.2
    assert passage @ question > 2 * abs(other @ question)


def test_inflected_words_stay_close():
    singular, plural, other = embed(["reimbursement policy", "reimbursements policies", "no"], 1536)

    assert singular @ plural > 0.5 > singular @ other


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("Annual LEAVE", "annual leave"),
        ("ＡＢＣ", "abc"),
        ("the leave", "leave"),
        ("ｶﾀｶﾅ", "カタカナ"),
    ],
)
def test_case_width_and_stop_words_do_not_matter(one: str, same: str):
    first, second = embed([one, same], 1536)

    np.testing.assert_array_equal(first, second)


def test_repetition_counts_by_its_logarithm():
    once, often = embed(["leave policy", "leave " * 20 + "policy"], 1536)

    assert 0.7 < once @ often < 0.99


def test_another_process_computes_the_same_vectors():
    script = (
        "from harness.services.bedrock_runtime.vectors import embed;"
        "print(embed(['特別休假 annual leave'], 1536).tobytes().hex())"
    )
    root = Path(harness.__file__).parents[1]
    output = subprocess.run(
        [sys.executable, "-c", script],
        cwd=root,
        env={"PYTHONHASHSEED": "77"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    assert bytes.fromhex(output) == embed(["特別休假 annual leave"], 1536).tobytes()


def test_integer_forms_keep_order_and_range():
    vectors = embed([passages[0] for passages in TOPICS.values()], 512)
    int8, uint8 = FORMS["int8"](vectors), FORMS["uint8"](vectors)

    assert int8.dtype == np.int8
    assert int8.shape == vectors.shape
    np.testing.assert_array_equal(np.abs(int8).max(axis=1), 127)
    np.testing.assert_array_equal(uint8.astype(int), int8.astype(int) + 128)
    cosines = (int8.astype(float) * vectors).sum(axis=1) / np.linalg.norm(int8, axis=1)
    assert (cosines > 0.999).all()


def test_binary_forms_pack_the_signs():
    vectors = embed(["特別休假"], 256)
    ubinary, binary = FORMS["ubinary"](vectors), FORMS["binary"](vectors)

    assert ubinary.shape == (1, 256 // 8)
    np.testing.assert_array_equal(np.unpackbits(ubinary, axis=1), vectors > 0)
    np.testing.assert_array_equal(binary.astype(int), ubinary.astype(int) - 128)
