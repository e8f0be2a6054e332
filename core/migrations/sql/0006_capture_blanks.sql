-- A sealed column is bytes, and an empty one of those is written '\x' in JSON.

CREATE OR REPLACE FUNCTION capture_masked(entry jsonb, columns text) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT entry || coalesce(
        (SELECT jsonb_object_agg(name, CASE entry ->> name
                    WHEN '\x' THEN '""' ELSE '"[sealed]"' END::jsonb)
         FROM unnest(string_to_array(columns, ',')) AS name
         WHERE entry -> name <> 'null' AND entry ->> name <> ''), '{}')
$$;

-- Row by row: joining transition tables by id grows with the square of the rows.
CREATE OR REPLACE FUNCTION capture_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    context jsonb := capture_context();
    changed jsonb;
    sealed  text[] := string_to_array(TG_ARGV[2], ',');
    silent  text[] := string_to_array(TG_ARGV[3], ',') || '{updated_at,updated_by}'::text[];
    before  jsonb := to_jsonb(OLD) - silent;
    after   jsonb := to_jsonb(NEW) - silent;
BEGIN
    SELECT jsonb_object_agg(key, CASE
            WHEN key = ANY (sealed) THEN jsonb_build_array(
                CASE WHEN before ->> key NOT IN ('', '\x') THEN '[sealed]' END,
                CASE WHEN after ->> key NOT IN ('', '\x') THEN '[sealed]' END)
            ELSE jsonb_build_array(before -> key, value) END)
    INTO changed
    FROM jsonb_each(after)
    WHERE value IS DISTINCT FROM before -> key;
    IF changed IS NOT NULL THEN
        INSERT INTO outbox (kind, stream, entity_type, entity_id, patient_id, operation, action,
                            changes, context)
        VALUES ('row', TG_ARGV[0] || ':' || (after ->> 'id'), TG_ARGV[0], after ->> 'id',
                (after ->> TG_ARGV[1])::uuid, 'U', coalesce(context ->> 'action', 'update'),
                changed, context);
    END IF;
    RETURN NULL;
END $$;
