-- Names as they are searched: without case, accents and punctuation, and by how they sound.
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;

-- 'Müller-Thompson' gives ' muller thompson '. The blanks around let '% tho%' find whole words.
CREATE FUNCTION plain_name(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT ' ' || btrim(regexp_replace(
        lower(public.unaccent('public.unaccent'::regdictionary, name)),
        '[[:space:][:punct:]]+', ' ', 'g')) || ' '
$$;

-- Double Metaphone of each word: 'Grace Okoro' and 'Grase Okorro' sound the same.
CREATE FUNCTION name_sounds(name text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT coalesce(array_agg(DISTINCT sound), '{}')
    FROM unnest(string_to_array(btrim(public.plain_name(name)), ' ')) AS word,
         LATERAL (VALUES (public.dmetaphone(word)), (public.dmetaphone_alt(word))) AS s (sound)
    WHERE sound <> ''
$$;
