-- Search adds the rare terms of a query up, and looks the common ones up chunk by chunk.

CREATE INDEX postings_term_chunk ON postings (term, chunk_id) INCLUDE (document_id, tf, dl);
DROP INDEX postings_term;
