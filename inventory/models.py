"""What is on the shelf: items, lots, and every movement of them."""

import pgtrigger
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from core.capture.models import Record
from core.capture.triggers import Calls, refused
from core.fields import MoneyField


class Supplier(Record):
    """Who delivers [Organization]."""

    name = models.CharField(max_length=200, unique=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    active = models.BooleanField(default=True)

    class Meta(Record.Meta):
        db_table = "suppliers"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class StockLocation(Record):
    """Where stock is kept."""

    name = models.CharField(max_length=100, unique=True)
    active = models.BooleanField(default=True)

    class Meta(Record.Meta):
        db_table = "stock_locations"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Item(Record):
    """A drug or a supply [Medication, InventoryItem]."""

    class Kind(models.TextChoices):
        DRUG = "drug", "Drug"
        VACCINE = "vaccine", "Vaccine"
        SUPPLY = "supply", "Supply"

    sku = models.CharField("stock number", max_length=40, unique=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.DRUG)
    name = models.CharField(max_length=200)
    generic_name = models.CharField(max_length=200, blank=True)
    atc_code = models.CharField("ATC code", max_length=10, blank=True)
    form = models.CharField(max_length=60, blank=True)
    strength = models.CharField(max_length=60, blank=True)
    unit = models.CharField("counted in", max_length=40, default="tablet")
    route = models.CharField(max_length=40, blank=True)
    controlled = models.BooleanField(default=False)
    reorder_level = models.PositiveIntegerField(default=0)
    reorder_quantity = models.PositiveIntegerField(default=0)
    price = MoneyField(default=0)
    active = models.BooleanField(default=True)
    metadata = models.JSONField(default=dict, blank=True)

    class Meta(Record.Meta):
        db_table = "inventory"
        ordering = ["name", "strength"]
        indexes = [
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="inventory_name_trgm"),
            models.Index(fields=["atc_code"]),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="inventory_price_not_negative")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.strength}".strip()


class DrugName(Record):
    """Another name people type for a drug: a brand, an old spelling, a short form."""

    class Kind(models.TextChoices):
        BRAND = "brand", "Brand"
        SPELLING = "spelling", "Other spelling"
        SHORT = "short", "Short form"

    name = models.CharField(max_length=100, unique=True)
    generic_name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.BRAND)

    class Meta(Record.Meta):
        db_table = "drug_names"
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name}: {self.generic_name}"


class Severity(models.TextChoices):
    """How much a rule about a drug weighs; whoever prescribes must settle all but the last."""

    CONTRAINDICATED = "contraindicated", "Contraindicated"
    SERIOUS = "serious", "Serious"
    MODERATE = "moderate", "Moderate"


class InteractionRule(Record):
    """Two drugs that harm together, each a generic name or the beginning of an ATC code.

    The table holds well-known pairs of primary care and is not complete.
    """

    code = models.CharField(max_length=80, unique=True)
    first = models.CharField(max_length=100)
    second = models.CharField(max_length=100)
    severity = models.CharField(max_length=20, choices=Severity)
    effect = models.TextField()
    advice = models.TextField(blank=True)
    source = models.CharField(max_length=300)

    class Meta(Record.Meta):
        db_table = "interaction_rules"
        ordering = ["code"]
        indexes = [models.Index(fields=["first"]), models.Index(fields=["second"])]

    def __str__(self) -> str:
        return f"{self.first} with {self.second}"


class DrugCaution(Record):
    """What speaks against a drug below an age, or in pregnancy."""

    class About(models.TextChoices):
        YOUNGER = "younger", "Younger than"
        OLDER = "older", "This age and older"
        PREGNANT = "pregnant", "In pregnancy"

    code = models.CharField(max_length=80, unique=True)
    drug = models.CharField("generic name or ATC code", max_length=100)
    about = models.CharField(max_length=10, choices=About)
    age_years = models.PositiveIntegerField(null=True, blank=True)
    severity = models.CharField(max_length=20, choices=Severity)
    effect = models.TextField()
    advice = models.TextField(blank=True)
    source = models.CharField(max_length=300)

    class Meta(Record.Meta):
        db_table = "drug_cautions"
        ordering = ["code"]
        indexes = [models.Index(fields=["drug"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(about="pregnant") | Q(age_years__isnull=False),
                name="drug_cautions_name_the_age",
            )
        ]

    def __str__(self) -> str:
        return f"{self.drug} {self.get_about_display().lower()}"


class DrugAlternative(Record):
    """What may be prescribed instead, as a prescription line; the lowest rank is offered first."""

    code = models.CharField(max_length=80, unique=True)
    instead_of = models.CharField("generic name or ATC code", max_length=100)
    line = models.CharField(max_length=200)
    rank = models.PositiveIntegerField(default=1)
    note = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=300)

    class Meta(Record.Meta):
        db_table = "drug_alternatives"
        ordering = ["instead_of", "rank"]
        indexes = [models.Index(fields=["instead_of"])]

    def __str__(self) -> str:
        return f"{self.line} instead of {self.instead_of}"


class Lot(Record):
    """A delivered batch; its quantity is the sum of its movements and never below zero."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="lots")
    lot_number = models.CharField(max_length=60)
    expires_on = models.DateField()
    location = models.ForeignKey(StockLocation, on_delete=models.PROTECT, related_name="lots")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, null=True, blank=True)
    quantity = models.DecimalField(max_digits=12, decimal_places=2, default=0, editable=False)
    unit_cost = MoneyField(default=0)

    class Meta(Record.Meta):
        db_table = "inventory_lots"
        ordering = ["expires_on", "lot_number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=0),
                name="inventory_lots_never_negative",
                violation_error_message="There is not that much left of this lot.",
            ),
            models.UniqueConstraint(
                fields=["item", "lot_number", "expires_on", "location"], name="inventory_lots_once"
            ),
        ]
        indexes = [models.Index(fields=["item", "expires_on"])]
        triggers = [
            *Record.Meta.triggers,
            Calls(
                "guard_columns",
                "A lot changes its quantity only by a stock movement",
                "item_id,lot_number,expires_on,location_id,supplier_id,unit_cost,created_at,created_by",
                name="quantity_by_moves_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.quantity IS DISTINCT FROM NEW.quantity AND pg_trigger_depth() = 0"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} lot {self.lot_number}"


class StockMove(Record):
    """A signed movement of a lot; written once and never changed."""

    class Kind(models.TextChoices):
        RECEIVE = "receive", "Received"
        DISPENSE = "dispense", "Dispensed"
        TRANSFER = "transfer", "Transferred"
        ADJUST = "adjust", "Adjusted"
        RETURN = "return", "Returned"
        DESTROY = "destroy", "Destroyed"
        COUNT = "count", "Counted"

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=10, choices=Kind)
    quantity = models.DecimalField(max_digits=12, decimal_places=2)
    reference = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    idempotency_key = models.UUIDField(null=True, blank=True, unique=True)

    class Meta(Record.Meta):
        db_table = "stock_moves"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(quantity=0), name="stock_moves_move_something")
        ]
        triggers = [
            *Record.Meta.triggers,
            refused(
                "rewrite",
                pgtrigger.Update | pgtrigger.Delete,
                "A stock movement is never changed; book the opposite",
            ),
            pgtrigger.Trigger(
                name="moves_lot",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="UPDATE inventory_lots SET quantity = quantity + NEW.quantity"
                " WHERE id = NEW.lot_id; RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.quantity}"
