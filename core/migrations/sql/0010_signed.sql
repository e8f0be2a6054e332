-- A row is signed as it is written (core.capture.signing): whoever changes it before the relay has
-- sealed it would have to know the key of its transaction. Unsigned is what came by another door.
ALTER TABLE outbox ADD COLUMN signed_by text, ADD COLUMN mac bytea;

COMMENT ON COLUMN outbox.signed_by IS 'the row key, and the number its transaction''s key was made of';

-- What is signed: everything but how far the delivery is.
CREATE FUNCTION outbox_words(o outbox) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(o.id, o.event_id, o.kind, o.stream, o.collection, o.entity_type,
        o.entity_id, o.patient_id, o.operation, o.action, o.changes,
        encode(sha256(o.document), 'hex'), o.context, extract(epoch FROM o.created_at))::text
$$;

-- HMAC-SHA256 by its definition [RFC 2104]; the setting holds the two padded keys.
CREATE FUNCTION outbox_sign() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    signing text[] := string_to_array(current_setting('clinic.signing', true), ':');
BEGIN
    NEW.signed_by := signing[1];
    NEW.mac := sha256(decode(signing[3], 'hex') || sha256(
        decode(signing[2], 'hex') || convert_to(outbox_words(NEW), 'UTF8')));
    RETURN NEW;
END $$;

CREATE TRIGGER sign BEFORE INSERT ON outbox FOR EACH ROW
    WHEN (current_setting('clinic.signing', true) <> '') EXECUTE FUNCTION outbox_sign();
