"""The labour law of Taiwan and questions about it, from the shared corpora.

Each question names the articles that answer it, so search over the laws can be judged.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenarios.documents import CORPORA, Document

FOLDER = CORPORA / "labor-law-tw"


@dataclass(frozen=True, slots=True)
class Article:
    """Where an article stands: file name of the law, and how the law calls it."""

    law: str
    name: str


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    articles: frozenset[Article]


def laws() -> list[Document]:
    """Return each law as a document, its articles under their chapters."""
    return [Document(_file_name(law), _text(law).encode()) for law in _laws()]


def questions() -> list[Question]:
    """Return the questions whose articles are all there."""
    articles = {
        article["id"]: Article(_file_name(law), _name(article))
        for law in _laws()
        for article in law["articles"]
    }
    asked = json.loads((FOLDER / "eval_dataset" / "master_eval_dataset.json").read_bytes())
    return [
        Question(item["question"], frozenset(articles[gold] for gold in golds))
        for item in asked
        if (golds := item["reference_articles_id"]) and all(gold in articles for gold in golds)
    ]


def rank(question: Question, results: Sequence[Mapping[str, Any]]) -> int | None:
    """Return the place of the first right article among search results, from 1; None if absent."""
    for place, result in enumerate(results, start=1):
        name = str(result["heading"]).rpartition(" > ")[2]
        if Article(result["file_name"], name) in question.articles:
            return place
    return None


def recall(ranks: Sequence[int | None], within: int) -> float:
    """Return the share of the questions whose first right article is among the first."""
    return sum(rank is not None and rank <= within for rank in ranks) / len(ranks)


def mean_reciprocal_rank(ranks: Sequence[int | None]) -> float:
    return sum(1 / rank for rank in ranks if rank) / len(ranks)


def _laws() -> Iterator[dict[str, Any]]:
    for path in sorted(Path(FOLDER / "law_data").rglob("*.json")):
        yield json.loads(path.read_bytes())


def _file_name(law: Mapping[str, Any]) -> str:
    return f"{law['title']}.txt"


def _name(article: Mapping[str, Any]) -> str:
    return f"第{article['article_no']}條"


def _text(law: Mapping[str, Any]) -> str:
    lines = [law["title"]]
    chapter = None
    for article in law["articles"]:
        if article["chapter_name"] != chapter:
            chapter = article["chapter_name"]
            lines.append(f"第 {article['chapter_no']} 章 {chapter}")
        lines += [_name(article), article["content"]]
    return "\n".join(lines)
