"""Every paper of the clinic in one table, and people whose names and words are hard to set.

A new paper is one line here: `test_papers` fails for an address that answers with a paper no line
names, and for a paper file that nothing uses. `python -m bench.papers` draws them all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from billing.domain import credits, refunds, shifts
from billing.models import CreditNote, Payment, Receipt
from billing.queries.shifts import open_shift_of
from billing.tests.desk import cash, charge, open_shift, pay
from clinical_docs.domain import amending, letters, results
from clinical_docs.letter_forms import FORMS, SHORT
from clinical_docs.models import Letter
from clinical_docs.queries.letters import facts_of
from clinical_docs.tests.files import add as add_document
from clinical_docs.tests.lab import BLOOD, catalogue, collected, typed
from core.accounts.models import User
from core.accounts.roles import Role
from patients.domain import appointments, visits
from patients.domain.dispensing import dispense
from patients.domain.giving import Give
from patients.models import LabRequest, Patient, Prescription, Ticket, Visit
from patients.queries.dispensing import lines_of
from patients.tests.medicines import item, lot, prescription

D = Decimal
SENTENCE = "Fever and weakness since Thursday, worse at night; nothing helps for long. "
LONG = (SENTENCE * 14).strip()
LONG_LINE = (SENTENCE * 4).strip()[:200]
UNBROKEN = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 2
NAMES = {
    "arabic": ("الأنصاري", "محمد عبد الرحمن بن خالد"),
    "chinese": ("欧阳", "娜娜小明"),
    "long": (
        "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh",
        "Maria Magdalena Antonia Josepha Bartholomea Constantia",
    ),
}
WORDS = {
    "arabic": "حمى وضعف منذ يوم الخميس، تزداد ليلاً (38.5 °C).",
    "chinese": "自星期四起发烧乏力。夜间加重。38.5 °C。",
    "long": LONG,
}
STAFF = {
    Role.RECEPTIONIST: ("", "Joy", "Wanjiru"),
    Role.CLINICIAN: ("Dr", "Amina", "Diallo-Featherstonehaugh"),
    Role.LAB: ("", "Tomáš", "Novák"),
    Role.PHARMACIST: ("", "Lena", "Svoboda"),
    Role.CASHIER: ("", "Peter", "Ωμέγα"),
    Role.MANAGER: ("", "Ruth", "Mensah"),
    Role.NURSE: ("", "Ben", "Okello"),
    Role.ADMINISTRATOR: ("", "Seth", "Adeyemi"),
    Role.AUDITOR: ("", "Noor", "Haddad"),
}


@dataclass(frozen=True)
class Written:
    """One person with something on every paper."""

    script: str
    patient: Patient
    visit: Visit
    ticket: Ticket
    prescription: Prescription
    letters: dict[str, Letter]
    shift: UUID


@dataclass(frozen=True)
class Paper:
    """What `role` prints at the address `url`; `of` gives what stands in the address."""

    name: str
    url: str
    role: Role
    of: Callable[[Written], Any] = lambda it: it.patient.pk
    query: str = ""

    def address(self, it: Written) -> str:
        given = self.of(it)
        return reverse(self.url, args=[given] if given else []) + self.query


def _letter(kind: str) -> Callable[[Written], Any]:
    return lambda it: it.letters[kind].pk


def _first(model: Any) -> Callable[[Written], Any]:
    return lambda it: model.objects.filter(patient=it.patient).order_by("pk")[0].pk


def _refunding(it: Written) -> Any:
    return CreditNote.objects.get(patient=it.patient, refund__isnull=False).pk


def _invoice(it: Written) -> Any:
    return it.patient.invoices.order_by("issued_at")[0].pk


R, C, L, P, K = Role.RECEPTIONIST, Role.CLINICIAN, Role.LAB, Role.PHARMACIST, Role.CASHIER
PAPERS = (
    Paper("day-list", "patients:today_print", R, of=lambda it: None),
    Paper("ticket", "patients:print_ticket", R, of=lambda it: it.ticket.pk),
    Paper("ticket-label", "patients:print_ticket", R, lambda it: it.ticket.pk, "?size=label"),
    Paper("id-card", "patients:id_card", R),
    Paper("medicine-labels", "patients:labels", P, lambda it: it.prescription.pk),
    Paper("medicine-labels-small", "patients:labels", P, lambda it: it.prescription.pk, "?size=label"),
    Paper("sample-labels", "clinical_docs:lab_labels", L),
    Paper("lab-report", "clinical_docs:lab_report", L),
    *(
        Paper(kind, "clinical_docs:letter", C, of=_letter(kind))
        for kind in ("sick-note", "referral", "visit-summary", "prescription")
    ),
    Paper("referral-copy", "clinical_docs:letter", C, of=_letter("referral")),
    Paper("receipt", "billing:receipt_paper", K, of=_first(Receipt)),
    Paper("receipt-copy", "billing:receipt_paper", K, of=_first(Receipt)),
    Paper("receipt-a4-copy", "billing:receipt_paper", K, of=_first(Receipt), query="?size=a4"),
    Paper("invoice", "billing:invoice_paper", K, of=_invoice),
    Paper("credit-note", "billing:credit_paper", K, of=_first(CreditNote)),
    Paper("credit-note-refund", "billing:credit_paper", K, of=_refunding),
    Paper("statement", "billing:statement", K),
    Paper("shift", "billing:shift_paper", K, of=lambda it: it.shift),
    Paper("who-looked", "audit:looked_paper", Role.MANAGER),
)  # fmt: skip


def unhurried() -> None:
    """A transaction that a whole module of tests shares may rest longer than a page's."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def write_everything(staff: dict[Role, User]) -> list[Written]:
    """Each of the people with all that a paper can say. The clinic is empty before."""
    catalogue()
    amoxicillin = item(
        "AMOX500", name="Amoxicillin and clavulanic acid, film-coated", strength="500 mg/125 mg"
    )
    lot(amoxicillin, 500, number="LOT-2026-A1"), lot(amoxicillin, 40, number="B77", days=30)
    written = [_write(script, staff, amoxicillin) for script in NAMES]
    _close(staff[Role.CASHIER])
    return written


def _write(script: str, staff: dict[Role, User], drug: Any) -> Written:
    family, given = NAMES[script]
    patient = Patient.objects.create(
        family_name=family, given_names=given, sex="female", birth_date="1988-03-02",
        phone="+254 700 123456",
    )  # fmt: skip
    words = WORDS[script]
    _book(patient, words, staff)
    ticket = visits.start(
        patient.pk, reason=words[:500], provider=staff[Role.CLINICIAN], by=staff[Role.RECEPTIONIST]
    )
    visit = Visit.objects.get(pk=ticket.visit_id)
    given_out = _dispense(visit, drug, words, staff)
    _test(visit, words, staff[Role.LAB])
    shift = _pay(patient, words, staff)
    add_document(patient, by=staff[Role.CLINICIAN], category="identity", title=words[:100])
    return Written(script, patient, visit, ticket, given_out, _letters(visit, words, staff), shift)


def _book(patient: Patient, words: str, staff: dict[Role, User]) -> None:
    """Later today, one after the other."""
    before = patient.__class__.objects.count()
    begins = timezone.localtime().replace(second=0, microsecond=0) + timedelta(minutes=before)
    appointments.book(
        patient.pk, provider=staff[Role.CLINICIAN], begins_at=begins, minutes=5,
        reason=words[:200], overbook=True, by=staff[Role.CLINICIAN],
    )  # fmt: skip


def _dispense(visit: Visit, drug: Any, words: str, staff: dict[Role, User]) -> Prescription:
    """A line out of two lots, with as much to say as a form takes."""
    ordered = prescription(
        (drug, 45), visit=visit, by=staff[Role.CLINICIAN], instruction=words[:300]
    )
    [line] = lines_of(ordered.pk)
    dispense(ordered.pk, [Give(line.pk, D(45))], by=staff[Role.PHARMACIST])
    return ordered


def _test(visit: Visit, words: str, tom: User) -> None:
    """A panel with a comment, amended once; and one that is not verified."""
    for code, values in (("CBC", BLOOD), ("CRP", {"c_reactive_protein": "48"})):
        request = collected(visit.patient, code, visit=visit, by=tom)
        request = LabRequest.objects.select_related("test", "patient", "specimen").get(
            pk=request.pk
        )
        results.enter([typed(request, sure=(), **values, comment=words[:500])], by=tom)
    blood = LabRequest.objects.get(patient=visit.patient, test__code="CBC")
    results.verify({blood.pk: blood.result_document}, by=tom)
    blood = LabRequest.objects.select_related("test", "patient", "specimen").get(pk=blood.pk)
    amending.amend(typed(blood, haemoglobin="12.1"), reason=words[:200], by=tom)


def _letters(visit: Visit, words: str, staff: dict[Role, User]) -> dict[str, Letter]:
    """One of each kind, every field filled in by hand."""
    by = staff[Role.CLINICIAN]
    filled = {
        "key": "0198c0de-0000-7000-8000-000000000000",
        "unfit_from": "02-Mar-2026", "unfit_until": "09-Mar-2026", "unfit_for": "work",
        "urgency": "Urgent", "to": f"City Hospital, {words[:150]}",
    }  # fmt: skip
    made = {}
    for kind, form_of in FORMS.items():
        facts = facts_of(visit)
        fields = form_of(facts=facts).fields
        sent = {name: words[:200] if is_line(fields[name]) else words for name in fields} | filled
        form = form_of({name: sent[name] for name in fields}, facts=facts)
        assert form.is_valid(), form.errors
        made[kind] = letters.write(
            visit.pk, kind=form.kind, paper=form.paper(), size=form.size, valid=form.valid(), by=by
        )
    return made


def is_line(field: Any) -> bool:
    return (getattr(field, "max_length", None) or SHORT) <= SHORT


def _pay(patient: Patient, words: str, staff: dict[Role, User]) -> UUID:
    """Three charges, a part paid in cash and by card, some credited, some paid back."""
    peter, ruth = staff[Role.CASHIER], staff[Role.MANAGER]
    shift = open_shift_of(peter) or open_shift(peter)
    charges = [charge(patient, "1045.50", description=words[:300])]
    charges += [charge(patient, "20.00", description=f"Laboratory test {n}") for n in range(9)]
    taken = pay(patient, charges, cash("900.00"), by=peter)
    assert taken.invoice
    credits.write_off(taken.invoice, D("5.00"), reason=words[:300], by=ruth)
    paid = Payment.objects.filter(patient=patient).order_by("pk")[0]
    asked = refunds.ask(paid.pk, D("15.00"), method="cash", reason=words[:300], by=peter)
    refunds.decide(asked.pk, allow=True, by=ruth)
    refunds.pay_out(asked.pk, by=peter)
    charge(patient, "7.00", description=UNBROKEN)
    return shift.pk


def _close(peter: User) -> None:
    shift = open_shift_of(peter)
    assert shift is not None
    counts = {D(value): n for n, value in enumerate(("100", "50", "20", "10", "5", "1", "0.50"))}
    shifts.close(shift.pk, counts, reason=LONG[:300], by=peter)


def staff() -> dict[Role, User]:
    """Somebody of each role."""
    made = {}
    for role, (title, given_name, family_name) in STAFF.items():
        names = {"title": title, "given_name": given_name, "family_name": family_name}
        made[role] = User.objects.create_user(f"prints-{role}", roles=[role], **names)
    return made


def print_all(written: list[Written], ask: Callable[[Role, str], Any]) -> dict[str, bytes]:
    """Each paper of each person, as `ask` gets it of the pages, in the order of the table."""
    shown = {}
    for it in written:
        for paper in PAPERS:
            answer = ask(paper.role, paper.address(it))
            assert answer["Content-Type"] == "application/pdf", (paper.name, answer.status_code)
            shown[f"{paper.name}-{it.script}"] = answer.content
    return shown
