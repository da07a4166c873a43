"""GET /documents/{id}: a document as a client follows it, from one state to the next."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api import store
from api.changes import awaited
from api.conditions import is_known
from api.errors import DocumentNotFoundError
from api.representation import Representation
from processor.database import Connection


@dataclass(frozen=True)
class Followed:
    """if_none_match: the states that the client knows. Everything raises `DocumentNotFoundError`
    when the user has no such document, or no longer.
    """

    connection: Connection
    document_id: UUID
    user_id: str
    if_none_match: str | None

    def now(self) -> Representation:
        document = store.find(self.connection, self.document_id, self.user_id)
        if document is None:
            raise DocumentNotFoundError
        return Representation.of(document)

    def changed(self) -> Representation | None:
        """Return the document if its state is none that the client knows."""
        found = self.now()
        return None if is_known(self.if_none_match, found.tag) else found

    def next(self, seconds: float) -> Representation:
        """Return the document once it is in another state, after `seconds` as it is then."""
        found = self.changed()
        found = found or awaited(self.connection, self.document_id, self.changed, seconds)
        return found or self.now()
