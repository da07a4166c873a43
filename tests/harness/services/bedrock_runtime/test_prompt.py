from __future__ import annotations

import pytest

from harness.services.bedrock_runtime.prompt import Passage, read

CONTEXT = "Leave is fourteen days."
ASKED = "How much leave?"

USER_TEXTS = {
    "last paragraph": f"Context:\n{CONTEXT}\n\n{ASKED}",
    "label": f"Question: {ASKED}\n\nContext:\n{CONTEXT}",
    "label on its own paragraph": f"{CONTEXT}\n\n## Question: {ASKED}\n\nAnswer briefly.",
    "tags": f"<context>{CONTEXT}</context>\n<question>{ASKED}</question>\nAnswer briefly.",
    "document tags": f'<documents><document id="1">{CONTEXT}</document></documents>\n{ASKED}',
    "tag in one line": f"<context>{CONTEXT}</context> {ASKED}",
}


@pytest.mark.parametrize("text", USER_TEXTS.values(), ids=USER_TEXTS)
def test_question_and_context_of_a_single_text(text: str):
    prompt = read(system=["You answer questions."], user=[text], documents=[])

    assert prompt.question == ASKED
    assert any(CONTEXT in passage.text for passage in prompt.passages)
    assert not any(ASKED in passage.text for passage in prompt.passages)


@pytest.mark.parametrize("label", ["問題", "質問", "Question", "USER QUESTION", "**Question**"])
def test_labels_of_the_languages_served(label: str):
    prompt = read(system=[], user=[f"{CONTEXT}\n{label}：{ASKED}"], documents=[])

    assert prompt.question == ASKED


def test_documents_are_the_context_before_anything_else():
    prompt = read(system=["Be brief."], user=[f"Look closely.\n\n{ASKED}"], documents=[CONTEXT])

    assert prompt.passages == (Passage(CONTEXT),)


def test_earlier_user_texts_are_context():
    prompt = read(system=["Be brief."], user=[CONTEXT, ASKED], documents=[])

    assert (prompt.question, prompt.passages) == (ASKED, (Passage(CONTEXT),))


def test_the_system_prompt_is_the_context_of_a_bare_question():
    prompt = read(system=[CONTEXT], user=[ASKED], documents=[])

    assert (prompt.question, prompt.passages) == (ASKED, (Passage(CONTEXT),))


def test_a_prompt_of_nothing_asks_nothing():
    prompt = read(system=[], user=[], documents=[])

    assert (prompt.question, prompt.passages) == ("", ())


NUMBERED = {
    "tags with an index": '<passages><passage index="1">One.</passage>\n'
    '<passage source="b" index="2">Two.</passage></passages>',
    "documents on their own": "<document id=1>One.</document><document id=2>Two.</document>",
    "elements within a document": '<document index="1"><source>a</source>One.</document>'
    "<document index='2'>Two.</document>",
    "brackets at the beginning of a line": "<context>\n[1] One.\n[2]: Two.\n</context>",
}


@pytest.mark.parametrize("context", NUMBERED.values(), ids=NUMBERED)
def test_numbers_of_passages_are_understood(context: str):
    prompt = read(system=[], user=[f"{context}\n\n{ASKED}"], documents=[])

    said = [(passage.text.split()[-1], passage.number) for passage in prompt.passages]
    assert said == [("One.", "1"), ("Two.", "2")]


def test_a_number_within_a_text_numbers_nothing():
    prompt = read(system=[], user=["<context>See [1] and 2.</context>\nWhat?"], documents=[])

    assert prompt.passages == (Passage("\nSee [1] and 2.\n"),)
