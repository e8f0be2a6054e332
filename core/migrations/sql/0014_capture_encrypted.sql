-- The audit keeps what is encrypted as it is, and of a password only that there is one.

-- One value of a row's JSON. `keeps_from` is where the encrypted bytes begin, after the blind indexes.
CREATE FUNCTION capture_veiled(value text, keeps_from int) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN value IN ('', '\x') THEN ''
                WHEN keeps_from IS NULL THEN '[sealed]'
                ELSE 'sealed:' || translate(
                    encode(substr(decode(substr(value, 3), 'hex'), keeps_from + 1), 'base64'), E'\n', '')
           END
$$;

-- `columns` is such as `phone:32,password`: the first is encrypted, the second is not kept at all.
CREATE OR REPLACE FUNCTION capture_masked(entry jsonb, columns text) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT entry || coalesce(
        (SELECT jsonb_object_agg(
                    split_part(named, ':', 1),
                    capture_veiled(entry ->> split_part(named, ':', 1), nullif(split_part(named, ':', 2), '')::int))
         FROM unnest(string_to_array(columns, ',')) AS named
         WHERE entry -> split_part(named, ':', 1) <> 'null'), '{}')
$$;

-- Row by row: joining transition tables by id grows with the square of the rows.
CREATE OR REPLACE FUNCTION capture_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    context jsonb := capture_context();
    silent  text[] := string_to_array(TG_ARGV[3], ',') || '{updated_at,updated_by}'::text[];
    before  jsonb := to_jsonb(OLD) - silent;
    after   jsonb := to_jsonb(NEW) - silent;
    changed jsonb;
BEGIN
    SELECT jsonb_object_agg(key, value) INTO after
    FROM jsonb_each(after) WHERE value IS DISTINCT FROM before -> key;
    IF TG_ARGV[2] <> '' THEN
        before := capture_masked(before, TG_ARGV[2]);
        after := capture_masked(after, TG_ARGV[2]);
    END IF;
    SELECT jsonb_object_agg(key, jsonb_build_array(before -> key, value)) INTO changed
    FROM jsonb_each(after);
    IF changed IS NOT NULL THEN
        INSERT INTO outbox (kind, stream, entity_type, entity_id, patient_id, operation, action,
                            changes, context)
        VALUES ('row', TG_ARGV[0] || ':' || NEW.id, TG_ARGV[0], NEW.id::text,
                (to_jsonb(NEW) ->> TG_ARGV[1])::uuid, 'U', coalesce(context ->> 'action', 'update'),
                changed, context);
    END IF;
    RETURN NULL;
END $$;
