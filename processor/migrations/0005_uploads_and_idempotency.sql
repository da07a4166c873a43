-- Uploads that clients make to S3 themselves, and requests that clients may repeat.

ALTER TABLE documents
    ADD COLUMN upload_method text           -- NULL: the api stored the object before it wrote the row
               CHECK (upload_method IN ('PUT', 'POST', 'multipart')),
    ADD COLUMN upload_id     text;          -- S3's, of a multipart upload that is not completed

-- The first answer to a request with an Idempotency-Key, for a day. Document ids come from `seed`,
-- so a request that is done again because its sandbox died finds its own rows and objects.
CREATE TABLE idempotency_keys (
    user_id      text NOT NULL,
    key          text NOT NULL,
    fingerprint  bytea NOT NULL,            -- of the request: another one may not use the key
    seed         uuid NOT NULL,
    locked_until timestamptz NOT NULL,      -- nobody else may answer before
    status       integer,                   -- NULL until there is an answer
    answer       bytea,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, key)
);

CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
