"""What a visit costs: the consultation, the laboratory, and the medicines that were handed out."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from billing.models import Charge, Price, Service
from core.clock import today
from patients.models import LabRequest, Prescription, PrescriptionItem, Visit

CENT = Decimal("0.01")
LAB_SERVICES = {
    "58410-2": "LAB-CBC",
    "24321-2": "LAB-BMP",
    "24325-3": "LAB-LFT",
    "57698-3": "LAB-LIPID",
    "4548-4": "LAB-A1C",
    "3016-3": "LAB-TSH",
    "24356-8": "LAB-UA",
}
CONSULTATIONS = (
    ("immunization", "VACC"),
    ("accination", "VACC"),
    ("medical examination", "CON-YEAR"),
    ("pregnancy", "CON-ANC"),
    ("child", "CON-CHILD"),
    ("mammogram", "XRAY"),
)
HANDED_OUT = (Prescription.State.DISPENSED, Prescription.State.PARTIALLY_DISPENSED)


@dataclass(frozen=True)
class Tariff:
    """Services by their codes with today's prices."""

    services: dict[str, Service]
    prices: dict[str, Decimal]

    def charge(self, code: str, visit: Visit, source: Visit | LabRequest) -> Charge:
        """A charge for a service, made by what was done."""
        service = self.services[code]
        return Charge(
            patient_id=visit.patient_id,
            visit=visit,
            source_type="visit" if isinstance(source, Visit) else "lab_request",
            source_id=source.pk,
            service=service,
            description=service.name,
            unit_price=self.prices[code],
        )


def tariff() -> Tariff:
    prices = Price.objects.filter(valid__contains=today()).select_related("service")
    return Tariff(
        {price.service.code: price.service for price in prices},
        {price.service.code: price.amount for price in prices},
    )


def with_what_was_done(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """The visits with everything that `charges_of` looks at."""
    return visits.prefetch_related("labrequest_set", "prescription_set__items__item")


def charges_of(visit: Visit, tariff: Tariff) -> Iterator[Charge]:
    """Unsaved charges for all that was done during the visit."""
    yield tariff.charge(consultation(visit), visit, visit)
    for request in visit.labrequest_set.all():
        if request.state != LabRequest.State.CANCELLED:
            yield tariff.charge(LAB_SERVICES.get(request.code, "LAB-OTHER"), visit, request)
    for prescription in visit.prescription_set.all():
        if prescription.state in HANDED_OUT:
            yield from filter(None, (medicine(line, visit) for line in prescription.items.all()))


def consultation(visit: Visit) -> str:
    if visit.kind == Visit.Kind.EMERGENCY:
        return "CON-URG"
    return next((code for word, code in CONSULTATIONS if word in visit.reason), "CON-FUP")


def medicine(line: PrescriptionItem, visit: Visit) -> Charge | None:
    """What the pharmacy gave of a line, by the price of one unit."""
    given = line.dispensed_quantity or line.quantity
    if not line.item or not given:
        return None
    return Charge(
        patient_id=visit.patient_id,
        visit=visit,
        source_type="prescription_item",
        source_id=line.pk,
        item=line.item,
        description=line.drug,
        quantity=given,
        unit_price=line.item.price,
    )


def amount(charge: Charge) -> Decimal:
    return Decimal(charge.quantity * charge.unit_price).quantize(CENT)
