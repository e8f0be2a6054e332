CREATE SEQUENCE patients_mrn START 100001;

-- A line follows its prescription: once that is signed only what was handed out may change.
CREATE FUNCTION guard_signed_prescription() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM prescriptions WHERE id = OLD.prescription_id) = 'draft' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'DELETE' OR to_jsonb(OLD) - '{dispensed_quantity,version,updated_at,updated_by}'::text[]
        IS DISTINCT FROM to_jsonb(NEW) - '{dispensed_quantity,version,updated_at,updated_by}'::text[] THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
            MESSAGE = 'A signed prescription is not changed; write a new one that replaces it';
    END IF;
    RETURN NEW;
END $$;
