-- Pages of a completed document that could not be read; the others are there.

ALTER TABLE documents ADD COLUMN unread_pages integer NOT NULL DEFAULT 0;
