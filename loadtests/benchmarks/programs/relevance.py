"""How well search over the labour law ranks, by weight: `relevance.py DATABASE_URL USER`.

The laws are documents of USER already. Questions come from the corpus; those that it does not
answer are below. Bedrock is reached as boto3 is configured. Prints JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from corpus import credentials, open_database

from api import aws, evidence, ranking, retrieval
from api.highlight import Words
from api.ranking import fuse
from api.scope import Scope
from processor.database import Connection
from processor.embed import BedrockEmbedder, Vector
from processor.tokens import tokenize
from scenarios import labour_law

REGION = "ap-northeast-1"
MODEL = "cohere.embed-v4:0"
WEIGHTS = (0.0, 0.3, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)
BOUNDS = (0.05, 0.1, 0.15, 0.2, 0.25)
PASSAGES = 8  # as many as POST /query takes unless told otherwise

# What people ask a chatbot at work that no labour law answers; some in the law's own words.
UNANSWERED = (
    "如何煮出好喝的珍珠奶茶？",
    "台北到高雄的高鐵票價是多少？",
    "印表機卡紙了該怎麼辦？",
    "會議室的投影機要如何連接筆記型電腦？",
    "公司的無線網路密碼是什麼？",
    "明天台中的天氣如何？",
    "誰贏了去年的世界盃足球賽？",
    "如何用Python讀取Excel檔案？",
    "員工餐廳今天的菜單有什麼？",
    "停車場的停車費怎麼計算？",
    "申請信用卡需要哪些文件？",
    "量子電腦的運作原理是什麼？",
    "請推薦三本關於行銷的書。",
    "汽車的機油多久要更換一次？",
    "股票的殖利率如何計算？",
    "綜合所得稅的申報期限是什麼時候？",
    "護照遺失應該如何補辦？",
    "酒後駕車的罰款是多少？",
    "房屋貸款的利率目前是多少？",
    "新冠疫苗要打幾劑？",
    "公司尾牙的抽獎獎品有哪些？",
    "員工旅遊今年去哪個國家？",
    "識別證遺失要找誰補發？",
    "年終獎金的績效考核分為幾個等級？",
    "公司的統一編號是多少？",
    "出差日本的住宿費上限是多少？",
    "團體保險的理賠申請書在哪裡下載？",
    "新進人員的電子郵件帳號如何啟用？",
    "專利申請的審查期間有多長？",
    "冰箱溫度應該設定在幾度？",
    "What is the capital of Australia?",
    "How do I reset my laptop password?",
    "Which restaurant near the office is open on Sunday?",
    "日本の首都はどこですか。",
    "プリンターの用紙を交換する方法を教えてください。",
)


@dataclass(frozen=True)
class Candidates:
    """What both rankings say to one question."""

    text: str
    words: dict[int, float]
    meaning: dict[int, float]


def candidates(connection: Connection, user: str, text: str, vector: Vector) -> Candidates:
    scope = Scope(user)
    terms = sorted(set(tokenize(text)))
    with connection.transaction():
        words = retrieval.lexical(connection, scope, terms)
        return Candidates(text, words, retrieval.semantic(connection, scope, vector))


def ranks(
    connection: Connection, user: str, asked: Sequence[Candidates], weight: float
) -> list[int | None]:
    """Return the place of the right article for each question of the corpus."""
    places = []
    for question, found in zip(labour_law.questions(), asked, strict=True):
        best = [chunk for chunk, _ in fuse(found.words, found.meaning, weight)[:10]]
        rows = retrieval.contents(connection, Scope(user), best)
        places.append(labour_law.rank(question, [rows[chunk] for chunk in best]))
    return places


def quality(places: Sequence[int | None]) -> dict[str, float]:
    return {
        "recall@1": round(labour_law.recall(places, 1), 3),
        "recall@5": round(labour_law.recall(places, 5), 3),
        "mrr@10": round(labour_law.mean_reciprocal_rank(places), 3),
    }


def strength(connection: Connection, user: str, found: Candidates) -> tuple[float, float]:
    """Return what `api.evidence` judges by: the share of words found, and the similarity."""
    best = [chunk for chunk, _ in fuse(found.words, found.meaning)[:PASSAGES]]
    rows = retrieval.contents(connection, Scope(user), best).values()
    words = Words.of(found.text)
    share = max((words.share_in(row["content"]) for row in rows), default=0.0)
    return share, max(found.meaning.values(), default=0.0)


def quantiles(values: Sequence[float]) -> dict[str, float]:
    names = ("least", "p10", "p50", "p90", "most")
    found = np.quantile(values, [0, 0.1, 0.5, 0.9, 1])
    return {name: round(float(value), 3) for name, value in zip(names, found, strict=True)}


def refusals(
    answered: Sequence[tuple[float, float]], unanswered: Sequence[tuple[float, float]]
) -> dict[str, Any]:
    """Return how strong the evidence is, with and without an answer, and what bounds refuse."""
    figures: dict[str, Any] = {
        f"{name}, {what}": quantiles([strong[place] for strong in asked])
        for place, name in enumerate(("share of words", "similarity"))
        for what, asked in (("answered", answered), ("not answered", unanswered))
    }
    for bound in BOUNDS:
        lost, refused = (
            sum(
                share < bound and similarity < evidence.ENOUGH_SIMILARITY
                for share, similarity in asked
            )
            for asked in (answered, unanswered)
        )
        figures[f"share of words below {bound}"] = {
            "answered, refused": f"{lost} of {len(answered)}",
            "not answered, refused": f"{refused} of {len(unanswered)}",
        }
    return figures


def main(url: str, user: str) -> None:
    connection = open_database(credentials(url))
    model = BedrockEmbedder(aws.model_client(REGION, 10), MODEL)
    texts = [*(question.text for question in labour_law.questions()), *UNANSWERED]
    vectors = model.embed(texts, purpose="search_query", seconds=60)
    asked = [candidates(connection, user, *pair) for pair in zip(texts, vectors, strict=True)]
    answered, unanswered = asked[: -len(UNANSWERED)], asked[-len(UNANSWERED) :]
    figures = {
        f"words {weight}": quality(ranks(connection, user, answered, weight)) for weight in WEIGHTS
    }
    strong, weak = (
        [strength(connection, user, found) for found in some] for some in (answered, unanswered)
    )
    figures["chosen"] = figures[f"words {ranking.LEXICAL_WEIGHT}"]
    print(json.dumps(figures | refusals(strong, weak)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
