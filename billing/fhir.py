"""Claim and Invoice become invoices with their lines, ExplanationOfBenefit becomes a payment."""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from billing.models import Invoice, InvoiceLine, Payment
from core.capture.names import entity_type
from core.importing.errors import Unfit
from core.importing.incoming import Incoming, Row, Taken
from core.importing.node import Node
from core.importing.registry import Handler, Turn
from core.importing.writing import insert

INVOICE = entity_type(Invoice)
PAYMENT = entity_type(Payment)
State = Invoice.State
VOID = ("cancelled", "entered-in-error")
CENT = Decimal("0.01")
FIXED = "was imported before and has changed; an invoice or payment is corrected by a credit"


def take_claim(incoming: Incoming) -> Taken:
    """An issued invoice: its lines add up to the claim's total."""
    node = incoming.node
    at = node.moment("created") or node.child("billablePeriod").moment("start")
    total = node.child("total").decimal("value")
    lines = [_line(item) for item in node.children("item")]
    return _invoice(incoming, "patient", at, lines, total)


def take_invoice(incoming: Incoming) -> Taken:
    """An invoice; one that is balanced has been paid."""
    node = incoming.node
    total = node.child("totalNet").decimal("value") or node.child("totalGross").decimal("value")
    lines = [_invoice_line(item) for item in node.children("lineItem")]
    taken = _invoice(incoming, "subject", node.moment("date"), lines, total)
    if node.text("status") == "balanced" and taken.note[1] > 0:
        row = _payment(incoming, incoming.id, taken.note[1], Payment.Method.TRANSFER)
        taken.note = (*taken.note[:2], row)
    return taken


def take_explanation(incoming: Incoming) -> Taken | None:
    """The insurer's payment of a claim; where nothing was paid it is left as a document.

    Without its claim, the explanation's own items make the invoice.
    """
    node = incoming.node
    paid = _cents(node.child("payment").child("amount").decimal("value"))
    if paid <= 0:
        return None
    _refuse_change(incoming)
    invoice = incoming.find_at(node, "claim", "Claim")
    if invoice is None:
        return _unclaimed(incoming, paid)
    row = _payment(incoming, invoice, paid, Payment.Method.INSURANCE)
    return Taken(incoming, (PAYMENT, str(row.values["id"])), note=(None, paid, row))


def _unclaimed(incoming: Incoming, paid: Decimal) -> Taken:
    node = incoming.node
    total = node.first("total").child("amount").decimal("value")
    lines = [_line(item) for item in node.children("item")]
    taken = _invoice(incoming, "patient", node.moment("created"), lines, total)
    taken.note = (*taken.note[:2], _payment(incoming, incoming.id, paid, Payment.Method.INSURANCE))
    return taken


def _invoice(
    incoming: Incoming,
    patient_field: str,
    at: datetime | None,
    lines: list[dict[str, Any]],
    total: Decimal | None,
) -> Taken:
    """The rows of an invoice, a draft as yet: only a draft takes lines."""
    _refuse_change(incoming)
    node = incoming.node
    if at is None:
        raise node.unfit("created", "is missing")
    patient = incoming.require(patient_field, "Patient")
    sums = _balanced(lines, total)
    values = {
        "id": incoming.id,
        "patient_id": patient,
        "visit_id": _visit(incoming),
        "number": f"IMP-{incoming.id.replace('-', '')[:20]}",
        "state": State.DRAFT.value,
        "issued_at": at,
        "net": sums,
        "total": sums,
        "metadata": node.rest(patient_field, "item", "lineItem"),
    }
    rows = [Row(Invoice, values), *_line_rows(incoming, patient, lines)]
    return Taken(incoming, (INVOICE, incoming.id), rows, note=(_final_state(node), sums, None))


def _line_rows(incoming: Incoming, patient: str, lines: list[dict[str, Any]]) -> list[Row]:
    invoice = {"invoice_id": incoming.id, "patient_id": patient}
    ids = (incoming.part_id(f"line|{number}") for number in range(len(lines)))
    return [
        Row(InvoiceLine, {"id": key, **invoice, **line})
        for key, line in zip(ids, lines, strict=True)
    ]


def _refuse_change(incoming: Incoming) -> None:
    if incoming.previous:
        raise Unfit("", FIXED)


def _final_state(node: Node) -> str:
    status = node.text("status")
    if status in VOID:
        return State.VOID.value
    return State.DRAFT.value if status == "draft" else State.ISSUED.value


def _line(item: Node) -> dict[str, Any]:
    quantity = item.child("quantity").decimal("value") or Decimal(1)
    return _priced(
        item.concept("productOrService").text, quantity, item.child("net").decimal("value")
    )


def _invoice_line(item: Node) -> dict[str, Any]:
    prices = [
        part.child("amount").decimal("value") or Decimal(0)
        for part in item.children("priceComponent")
        if part.text("type") != "informational"
    ]
    name = item.concept("chargeItemCodeableConcept").text
    return _priced(name, Decimal(1), sum(prices, Decimal(0)) if prices else None)


def _priced(name: str, quantity: Decimal, net: Decimal | None) -> dict[str, Any]:
    quantity = round(quantity, 2) if round(quantity, 2) > 0 else Decimal(1)
    amount = None if net is None else _cents(net)
    return {
        "description": (name or "Not named")[:300],
        "quantity": quantity,
        "unit_price": _cents((amount or Decimal(0)) / quantity),
        "net": amount,
    }


def _balanced(lines: list[dict[str, Any]], total: Decimal | None) -> Decimal:
    """Give the first line without an amount what is missing to the total, the others nothing."""
    known = sum((line["net"] for line in lines if line["net"] is not None), Decimal(0))
    missing = Decimal(0) if total is None else _cents(total) - known
    open_lines = [line for line in lines if line["net"] is None]
    if missing and not open_lines:
        open_lines = [_priced("Not itemised", Decimal(1), None)]
        lines += open_lines
    for line in open_lines:
        line["net"], missing = missing, Decimal(0)
        line["unit_price"] = _cents(line["net"] / line["quantity"])
    return sum((line["net"] for line in lines), Decimal(0))


def _cents(value: Decimal | None) -> Decimal:
    return (value or Decimal(0)).quantize(CENT, ROUND_HALF_UP)


def _visit(incoming: Incoming) -> str | None:
    found = (incoming.find(each, "Encounter") for each in incoming.targets("item.encounter"))
    return next(filter(None, found), None)


def _payment(incoming: Incoming, invoice: str, amount: Decimal, method: Payment.Method) -> Row:
    node = incoming.node
    payment_id = incoming.part_id("payment")
    at = node.child("payment").moment("date") or node.moment("created") or node.moment("date")
    values = {
        "id": payment_id,
        "invoice_id": invoice,
        "patient_id": incoming.find_at(node, "patient", "Patient")
        or incoming.require("subject", "Patient"),
        "method": method.value,
        "amount": amount,
        "receipt_number": f"IMP-{payment_id.replace('-', '')[:20]}",
        "received_at": at,
        "metadata": node.rest("patient") if method == "insurance" else {},
    }
    return Row(Payment, values)


def settle(batch: Sequence[Taken]) -> None:
    """Issue or void the invoices, then book what was paid."""
    for state in (State.ISSUED, State.VOID):
        ids = [t.incoming.id for t in batch if t.note[0] == state]
        if ids:
            Invoice.objects.filter(pk__in=ids).update(state=state)
    insert([taken.note[2] for taken in batch if taken.note[2]])


LINKS = {
    "patient": ["Patient"],
    "subject": ["Patient"],
    "claim": ["Claim"],
    "item.encounter": ["Encounter"],
}
HANDLERS = {
    "Claim": Handler(take_claim, links=LINKS, finish=settle, entity=INVOICE),
    "Invoice": Handler(take_invoice, links=LINKS, finish=settle, entity=INVOICE),
    "ExplanationOfBenefit": Handler(
        take_explanation, turn=Turn.SUMMARIES, links=LINKS, finish=settle
    ),
}
