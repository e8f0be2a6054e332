-- Lines may change only while the invoice is a draft; the invoice's sums follow them.
CREATE FUNCTION sum_invoice_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    bill uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.invoice_id ELSE NEW.invoice_id END;
    bill_state text;
BEGIN
    SELECT state INTO bill_state FROM invoices WHERE id = bill FOR NO KEY UPDATE;
    IF bill_state <> 'draft' THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
            MESSAGE = 'The lines of an issued invoice are not changed; credit it';
    END IF;
    UPDATE invoices SET (net, tax, total) = (
        SELECT coalesce(sum(l.net), 0), coalesce(sum(l.tax), 0), coalesce(sum(l.net + l.tax), 0)
        FROM invoice_lines AS l WHERE l.invoice_id = bill)
    WHERE id = bill;
    RETURN NULL;
END $$;

-- (The lock is NO KEY: two payments hold a share lock of their invoice already, for its foreign key.)
-- A payment moves what its invoice has been paid, under the invoice's row lock; the check
-- constraint of the invoice then refuses more than the balance, or a refund of more than was paid.
CREATE FUNCTION book_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    bill_state text;
BEGIN
    SELECT state INTO bill_state FROM invoices WHERE id = NEW.invoice_id FOR NO KEY UPDATE;
    IF bill_state NOT IN ('issued', 'part_paid', 'paid') THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation',
            CONSTRAINT = 'payments_for_issued_invoices',
            MESSAGE = format('An invoice that is %s takes no payments', bill_state);
    END IF;
    UPDATE invoices
    SET paid = paid + CASE NEW.kind WHEN 'payment' THEN NEW.amount ELSE -NEW.amount END
    WHERE id = NEW.invoice_id;
    UPDATE invoices
    SET state = CASE WHEN paid = total THEN 'paid' WHEN paid = 0 THEN 'issued' ELSE 'part_paid' END
    WHERE id = NEW.invoice_id
      AND state <> CASE WHEN paid = total THEN 'paid' WHEN paid = 0 THEN 'issued' ELSE 'part_paid' END;
    RETURN NULL;
END $$;
