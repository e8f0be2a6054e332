-- The database itself reports. One function per kind of statement, shared by every audited table
-- (core.capture.triggers attaches them). Arguments: entity type, patient column, sealed columns,
-- columns derived from others.

-- Who, from where and why: set by core.capture.context for one transaction, NULL from psql.
CREATE FUNCTION capture_context() RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT NULLIF(current_setting('clinic.context', true), '')::jsonb
$$;

-- What identifies a person stays out of the audit: only that the column holds something.
CREATE FUNCTION capture_masked(entry jsonb, columns text) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT entry || coalesce(
        (SELECT jsonb_object_agg(name, '"[sealed]"'::jsonb)
         FROM unnest(string_to_array(columns, ',')) AS name
         WHERE entry -> name <> 'null' AND entry ->> name <> ''), '{}')
$$;

CREATE FUNCTION capture_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    context jsonb := capture_context();
BEGIN
    INSERT INTO outbox (kind, stream, entity_type, entity_id, patient_id, operation, action,
                        changes, context)
    SELECT 'row', TG_ARGV[0] || ':' || (entry ->> 'id'), TG_ARGV[0], entry ->> 'id',
           (entry ->> TG_ARGV[1])::uuid, 'I', coalesce(context ->> 'action', 'create'),
           CASE WHEN TG_ARGV[2] = '' THEN entry ELSE capture_masked(entry, TG_ARGV[2]) END,
           context
    FROM (SELECT to_jsonb(new_rows) - string_to_array(TG_ARGV[3], ',') AS entry
          FROM new_rows) AS entries;
    RETURN NULL;
END $$;

CREATE FUNCTION capture_delete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    context jsonb := capture_context();
BEGIN
    INSERT INTO outbox (kind, stream, entity_type, entity_id, patient_id, operation, action,
                        changes, context)
    SELECT 'row', TG_ARGV[0] || ':' || (entry ->> 'id'), TG_ARGV[0], entry ->> 'id',
           (entry ->> TG_ARGV[1])::uuid, 'D', coalesce(context ->> 'action', 'delete'),
           CASE WHEN TG_ARGV[2] = '' THEN entry ELSE capture_masked(entry, TG_ARGV[2]) END,
           context
    FROM (SELECT to_jsonb(old_rows) - string_to_array(TG_ARGV[3], ',') AS entry
          FROM old_rows) AS entries;
    RETURN NULL;
END $$;

-- Row by row: joining transition tables by id grows with the square of the rows.
CREATE FUNCTION capture_update() RETURNS trigger LANGUAGE plpgsql AS $$
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
                CASE WHEN before ->> key <> '' THEN '[sealed]' END,
                CASE WHEN after ->> key <> '' THEN '[sealed]' END)
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

-- Version, times and persons are set here, so that no door can forget or forge them.
CREATE FUNCTION capture_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    person uuid := (capture_context() ->> 'user_id')::uuid;
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.version := 1;
        NEW.created_by := person;
        NEW.updated_by := person;
    ELSIF NEW IS DISTINCT FROM OLD THEN
        NEW.version := OLD.version + 1;
        NEW.created_at := OLD.created_at;
        NEW.created_by := OLD.created_by;
        NEW.updated_at := clock_timestamp();
        NEW.updated_by := person;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = TG_ARGV[0];
END $$;

-- Arguments: the state column, then its legal moves as "from>to,from>to".
CREATE FUNCTION guard_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text := to_jsonb(OLD) ->> TG_ARGV[0];
    after  text := to_jsonb(NEW) ->> TG_ARGV[0];
BEGIN
    IF before <> after AND before || '>' || after <> ALL (string_to_array(TG_ARGV[1], ',')) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation',
            CONSTRAINT = TG_TABLE_NAME || '_' || TG_ARGV[0] || '_moves',
            MESSAGE = format('%s cannot go from %s to %s', TG_TABLE_NAME, before, after);
    END IF;
    RETURN NEW;
END $$;

-- Arguments: a sentence, then the columns that may still change.
CREATE FUNCTION guard_columns() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := string_to_array(TG_ARGV[1], ',')
        || '{version,updated_at,updated_by}'::text[];
BEGIN
    IF to_jsonb(OLD) - free IS DISTINCT FROM to_jsonb(NEW) - free THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = TG_ARGV[0];
    END IF;
    RETURN NEW;
END $$;
