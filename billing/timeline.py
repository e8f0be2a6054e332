"""What billing adds to the record: invoices, and what is still owed."""

from core.timeline.registry import HeadFact, Kind, RowSource

INVOICES = RowSource(
    "money",
    """SELECT issued_at AS at, 'invoice' AS entity_type, id::text, visit_id::text AS visit_id,
       jsonb_build_object('number', number, 'state', state, 'total', total, 'paid', paid) AS facts
       FROM invoices WHERE patient_id = %(patient)s AND issued_at IS NOT NULL""",
    "billing/entries/invoice.html",
)
BALANCE = HeadFact(
    "balance",
    """SELECT coalesce(sum(amount), 0) FROM (
         SELECT total - credited - paid AS amount FROM invoices
         WHERE patient_id = %(patient)s AND state IN ('issued', 'part_paid')
         UNION ALL
         SELECT amount FROM charges WHERE patient_id = %(patient)s AND state = 'open') AS owed""",
    "billing.view_balance",
)
ADDITIONS = (Kind("money", "Money", "billing.view_balance", 80), INVOICES, BALANCE)
