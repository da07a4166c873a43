"""A question answered from the user's documents, with citations, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

from api import citations, evidence, prompt
from api.converse import Converse, Reply
from api.deadline import Deadline
from api.models import Hit, QueryAnswer, Ranking, Refusal
from api.scope import Scope
from api.search import Search

_NO_ANSWER = (
    "在您的文件中找不到這個問題的答案，請換個問法或上傳相關文件。 "
    "Your documents do not answer this question; ask it differently or upload what does."
)
_STOPPED = frozenset({"content_filtered", "guardrail_intervened"})


@dataclass(frozen=True)
class Answering:
    search: Search
    converse: Converse

    def __call__(self, question: str, scope: Scope, limit: int, deadline: Deadline) -> QueryAnswer:
        """Answer from the best `limit` passages within `scope`.

        Raises `TransientError` when the model gives no answer before the deadline.
        """
        found = self.search(question, scope, deadline, limit)
        passages = evidence.choose(question, found)
        if not passages:
            return _refused(Refusal.NO_EVIDENCE, found.ranking)
        reply = self.converse(prompt.SYSTEM, prompt.message(question, passages), deadline)
        return _answer(reply, passages, found.ranking)


def _answer(reply: Reply, passages: list[Hit], ranking: Ranking) -> QueryAnswer:
    if reply.stop_reason in _STOPPED:
        return _refused(Refusal.DECLINED, ranking)
    checked = citations.check(reply.text, passages)
    if checked.refusal:
        return _refused(checked.refusal, ranking)
    unfinished = "…" if reply.stop_reason == "max_tokens" else ""
    return QueryAnswer(
        answer=checked.answer + unfinished,
        answered=True,
        refusal=None,
        citations=checked.citations,
        ranking=ranking,
    )


def _refused(refusal: Refusal, ranking: Ranking) -> QueryAnswer:
    return QueryAnswer(
        answer=_NO_ANSWER, answered=False, refusal=refusal, citations=[], ranking=ranking
    )
