-- What deletion, re-uploads and reconciliation have to remember.

ALTER TABLE documents
    ADD COLUMN s3_bucket       text,        -- of the claimed object; a listing judges its own bucket only
    ADD COLUMN embedding_model text;        -- model and dimension of the embeddings of its chunks

-- Ids that users deleted. An event that comes later, or a run that is under way, must not bring
-- the document back. Ids are never used again, so this holds for ever and holds nothing else.
CREATE TABLE deleted_documents (
    id         uuid PRIMARY KEY,
    deleted_at timestamptz NOT NULL DEFAULT now()
);

-- Where the next walk over a bucket goes on when one ran out of time.
CREATE TABLE reconcile_progress (
    bucket     text PRIMARY KEY,
    after_key  text COLLATE "C" NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- The few rows that somebody still has to settle.
CREATE INDEX documents_unsettled ON documents (updated_at) WHERE status IN ('pending', 'processing');
