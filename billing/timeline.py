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
    """SELECT coalesce(sum(total - paid), 0) FROM invoices
       WHERE patient_id = %(patient)s AND state IN ('issued', 'part_paid')""",
    "billing.view_balance",
)
ADDITIONS = (Kind("money", "Money", "billing.view_balance", 80), INVOICES, BALANCE)
