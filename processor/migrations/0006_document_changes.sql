-- Who waits for a document hears of its changes, on the channel `document_{id}`.

-- A transaction with a NOTIFY locks all others of its kind out while it commits, so nothing is
-- sent unless somebody waits (docs/decisions/0055). Who waits holds this lock shared: it cannot be
-- had before an unannounced change is committed, nor a change go unannounced once it is held.
-- The 1,024 keys bound the locks of a statement over many rows; two documents of one key may
-- cause a message that nobody listens to. The first number is any, the same in api/changes.py.
CREATE FUNCTION announce_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(7264002, hashtext(OLD.id::text) & 1023) THEN
        PERFORM pg_notify('document_' || OLD.id, '');
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER documents_announce AFTER UPDATE OR DELETE ON documents
    FOR EACH ROW EXECUTE FUNCTION announce_document();

-- Pages of a list begin after a document of the page before, also where two have the same time.
CREATE INDEX documents_user_newest ON documents (user_id, upload_date, id);
DROP INDEX documents_user;
