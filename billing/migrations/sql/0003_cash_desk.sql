-- What an invoice's sums make of it.
CREATE FUNCTION invoice_state(total numeric, credited numeric, paid numeric) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN credited > 0 AND credited = total THEN 'credited'
        WHEN paid = total - credited THEN 'paid'
        WHEN paid = 0 THEN 'issued'
        ELSE 'part_paid'
    END
$$;

-- A payment moves what its invoice has been paid, under the invoice's row lock; the check constraint
-- of the invoice then refuses more than the balance. What goes back of one payment is never more than
-- the payment was.
CREATE OR REPLACE FUNCTION book_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    bill_state text;
    delta numeric := CASE NEW.kind WHEN 'payment' THEN NEW.amount ELSE -NEW.amount END;
BEGIN
    SELECT state INTO bill_state FROM invoices WHERE id = NEW.invoice_id FOR NO KEY UPDATE;
    IF bill_state NOT IN ('issued', 'part_paid', 'paid') THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation',
            CONSTRAINT = 'payments_for_issued_invoices',
            MESSAGE = format('An invoice that is %s takes no payments', bill_state);
    END IF;
    IF NEW.kind <> 'payment' AND
       (SELECT sum(amount) FROM payments WHERE reverses_id = NEW.reverses_id)
       > (SELECT amount FROM payments WHERE id = NEW.reverses_id AND invoice_id = NEW.invoice_id
          AND kind = 'payment') IS NOT FALSE THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation',
            CONSTRAINT = 'payments_no_more_back_than_paid',
            MESSAGE = 'No more goes back than was paid on the same invoice';
    END IF;
    UPDATE invoices
    SET paid = paid + delta, state = invoice_state(total, credited, paid + delta)
    WHERE id = NEW.invoice_id;
    RETURN NULL;
END $$;

-- A credit note lowers what is owed, under the same lock.
CREATE FUNCTION book_credit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    bill_state text;
BEGIN
    SELECT state INTO bill_state FROM invoices WHERE id = NEW.invoice_id FOR NO KEY UPDATE;
    IF bill_state NOT IN ('issued', 'part_paid', 'paid') THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation',
            CONSTRAINT = 'credit_notes_for_issued_invoices',
            MESSAGE = format('An invoice that is %s is not credited', bill_state);
    END IF;
    UPDATE invoices
    SET credited = credited + NEW.amount, state = invoice_state(total, credited + NEW.amount, paid)
    WHERE id = NEW.invoice_id;
    RETURN NULL;
END $$;

-- The sums of an invoice move with its lines, payments and credit notes, and by no other way; what is
-- issued is what its lines say. An invoice begins as a draft.
CREATE FUNCTION guard_invoice_sums() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' OR NEW.paid <> 0 OR NEW.credited <> 0 THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation',
                CONSTRAINT = 'invoices_begin_as_drafts', MESSAGE = 'An invoice begins as a draft';
        END IF;
        RETURN NEW;
    END IF;
    IF pg_trigger_depth() = 1 AND (OLD.net, OLD.tax, OLD.total, OLD.paid, OLD.credited)
       IS DISTINCT FROM (NEW.net, NEW.tax, NEW.total, NEW.paid, NEW.credited) THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
            MESSAGE = 'The sums of an invoice are those of its lines, payments and credit notes';
    END IF;
    IF OLD.state = 'draft' AND NEW.state NOT IN ('draft', 'void') AND (NEW.net, NEW.tax)
       IS DISTINCT FROM (SELECT (coalesce(sum(net), 0), coalesce(sum(tax), 0))
                         FROM invoice_lines WHERE invoice_id = NEW.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation',
            CONSTRAINT = 'invoices_sum_of_lines',
            MESSAGE = 'An invoice is the sum of its lines';
    END IF;
    RETURN NEW;
END $$;

-- The share lock makes whoever closes the shift wait for the money that is being booked in it.
CREATE FUNCTION guard_open_shift() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    shift_state text;
BEGIN
    IF NEW.shift_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT state INTO shift_state FROM cashier_shifts WHERE id = NEW.shift_id FOR SHARE;
    IF shift_state <> 'open' THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
            MESSAGE = 'A closed shift takes no more money';
    END IF;
    RETURN NEW;
END $$;

-- What must be in the drawer is worked out here, so that no door can make it up.
CREATE FUNCTION close_shift() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM refund_requests
               WHERE shift_id = NEW.id AND state IN ('asked', 'approved')) THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
            MESSAGE = 'A refund of this shift is still under way';
    END IF;
    NEW.expected := NEW.opening_float + (
        SELECT coalesce(sum(CASE kind WHEN 'payment' THEN amount ELSE -amount END), 0)
        FROM payments WHERE shift_id = NEW.id AND method = 'cash');
    RETURN NEW;
END $$;
