"""What patients add to the record: visits, medicines, history, orders, and facts for its head."""

from core.timeline.registry import HeadFact, Kind, RowSource

SEE, CARE = "patients.view", "patients.view_clinical"

VISITS = RowSource(
    "visits",
    """SELECT opened_at AS at, 'visit' AS entity_type, id::text, id::text AS visit_id,
       jsonb_build_object('kind', kind, 'state', state, 'reason', reason, 'closed_at', closed_at)
       AS facts FROM visits WHERE patient_id = %(patient)s""",
    "patients/entries/visit.html",
)
MEDICINES = RowSource(
    "medicines",
    """SELECT p.written_at AS at, 'prescription' AS entity_type, i.id::text,
       p.visit_id::text AS visit_id, jsonb_build_object('drug', i.drug, 'dose', i.dose,
       'unit', i.unit, 'route', i.route, 'frequency', i.frequency, 'days', i.duration_days,
       'as_needed', i.as_needed, 'instruction', i.instruction, 'state', p.state) AS facts
       FROM prescription_items i JOIN prescriptions p ON p.id = i.prescription_id
       WHERE i.patient_id = %(patient)s""",
    "patients/entries/medicine.html",
)
DISPENSES = RowSource(
    "medicines",
    """SELECT d.dispensed_at AS at, 'dispense' AS entity_type, d.id::text,
       d.visit_id::text AS visit_id, jsonb_build_object('outcome', d.outcome, 'drug', l.drug,
       'item', i.name || ' ' || i.strength, 'unit', i.unit, 'quantity', d.quantity,
       'lot', o.lot_number, 'reason', d.reason, 'substituted', d.substituted,
       'returned', nullif(d.returned_quantity, 0)) AS facts
       FROM dispenses d JOIN prescription_items l ON l.id = d.prescription_item_id
       LEFT JOIN inventory i ON i.id = d.item_id LEFT JOIN inventory_lots o ON o.id = d.lot_id
       WHERE d.patient_id = %(patient)s""",
    "patients/entries/dispense.html",
)
PROBLEMS = RowSource(
    "history",
    """SELECT coalesce(recorded_at, onset_on::timestamptz, created_at) AS at,
       'problem' AS entity_type, id::text, visit_id::text AS visit_id,
       jsonb_build_object('title', title, 'code', code, 'state', state) AS facts
       FROM problems WHERE patient_id = %(patient)s""",
    "patients/entries/problem.html",
)
IMMUNISATIONS = RowSource(
    "history",
    """SELECT coalesce(given_at, created_at) AS at, 'immunisation' AS entity_type, id::text,
       visit_id::text AS visit_id, jsonb_build_object('vaccine', vaccine, 'lot', lot_number,
       'state', state) AS facts FROM immunisations WHERE patient_id = %(patient)s""",
    "patients/entries/immunisation.html",
)
ORDERS = RowSource(
    "results",
    """SELECT requested_at AS at, 'lab_request' AS entity_type, id::text,
       visit_id::text AS visit_id,
       jsonb_build_object('name', name, 'state', state, 'priority', priority) AS facts
       FROM lab_requests WHERE patient_id = %(patient)s AND result_document = ''""",
    "patients/entries/lab_request.html",
)
SHREDDED_AT = HeadFact(
    "shredded_at",
    """SELECT shredded_at FROM data_keys
       WHERE owner = (%(patient)s::uuid)::text AND state = 'shredded'""",
    SEE,
)
OPEN_VISIT = HeadFact(
    "open_visit",
    """SELECT jsonb_build_object('id', v.id, 'opened_at', v.opened_at, 'state', v.state,
       'room', r.name, 'ticket', (SELECT jsonb_build_object('id', t.id,
       'label', t.prefix || lpad(t.number::text, 3, '0'), 'service', t.service)
       FROM queue_tickets t WHERE t.visit_id = v.id AND t.state NOT IN ('done', 'left') LIMIT 1))
       FROM visits v LEFT JOIN rooms r ON r.id = v.room_id
       WHERE v.patient_id = %(patient)s
       AND v.state NOT IN ('closed', 'cancelled', 'entered_in_error') LIMIT 1""",
    SEE,
)
NEXT_APPOINTMENT = HeadFact(
    "next_appointment",
    """SELECT jsonb_build_object('id', a.id, 'at', lower(a.period), 'reason', a.reason, 'with',
       concat_ws(' ', nullif(u.title, ''), nullif(u.given_name, ''), nullif(u.family_name, '')))
       FROM appointments a JOIN users u ON u.id = a.provider_id
       WHERE a.patient_id = %(patient)s AND a.state = 'booked' AND upper(a.period) > now()
       ORDER BY lower(a.period) LIMIT 1""",
    SEE,
)
ALLERGIES = HeadFact(
    "allergies",
    """SELECT coalesce(jsonb_agg(DISTINCT substance || CASE reaction WHEN '' THEN ''
       ELSE ': ' || reaction END), '[]') FROM allergies
       WHERE patient_id = %(patient)s AND active AND verification <> 'entered-in-error'""",
    SEE,
)
ACTIVE_PROBLEMS = HeadFact(
    "problems",
    """SELECT coalesce(jsonb_agg(p), '[]') FROM (SELECT DISTINCT ON (title) title, code
       FROM problems WHERE patient_id = %(patient)s AND state = 'active' LIMIT 12) AS p""",
    CARE,
)
CURRENT_MEDICINES = HeadFact(
    "medicines",
    """SELECT coalesce(jsonb_agg(m), '[]') FROM (SELECT DISTINCT ON (i.drug) i.drug, i.dose,
       i.unit, i.frequency FROM prescription_items i
       JOIN prescriptions p ON p.id = i.prescription_id WHERE i.patient_id = %(patient)s
       AND p.state IN ('signed', 'partially_dispensed', 'dispensed')
       AND p.written_at + make_interval(days => coalesce(i.duration_days, 90)) > now()
       ORDER BY i.drug, p.written_at DESC LIMIT 12) AS m""",
    CARE,
)
OPEN_ORDERS = HeadFact(
    "orders",
    """SELECT coalesce(jsonb_agg(o), '[]') FROM (SELECT name, state FROM lab_requests
       WHERE patient_id = %(patient)s AND result_document = ''
       AND state NOT IN ('verified', 'rejected', 'cancelled')
       AND requested_at > now() - interval '60 days' ORDER BY requested_at DESC LIMIT 8) AS o""",
    CARE,
)

ADDITIONS = (
    Kind("visits", "Visits", SEE, 10),
    Kind("results", "Results", CARE, 20),
    Kind("vitals", "Vitals", CARE, 30, folds=True),
    Kind("medicines", "Medicines", CARE, 40),
    Kind("history", "History", CARE, 50),
    VISITS,
    MEDICINES,
    DISPENSES,
    PROBLEMS,
    IMMUNISATIONS,
    ORDERS,
    SHREDDED_AT,
    OPEN_VISIT,
    NEXT_APPOINTMENT,
    ALLERGIES,
    ACTIVE_PROBLEMS,
    CURRENT_MEDICINES,
    OPEN_ORDERS,
)
