"""What things cost."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from core.capture.models import Record
from core.fields import MoneyField
from patients.models import Visit


class Service(Record):
    """Something the clinic charges for that is not a drug [ChargeItemDefinition]."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    category = models.CharField(max_length=60, blank=True)
    active = models.BooleanField(default=True)

    class Meta(Record.Meta):
        db_table = "services"
        ordering = ["category", "name"]

    def __str__(self) -> str:
        return self.name


class Price(Record):
    """What a service costs on the days of its validity; two prices never overlap."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="prices")
    amount = MoneyField()
    valid = DateRangeField()

    class Meta(Record.Meta):
        db_table = "price_list"
        ordering = ["service", "valid"]
        constraints = [
            ExclusionConstraint(
                name="price_list_one_price_a_day",
                expressions=[
                    ("service", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message="Another price is valid on some of these days.",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="price_list_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.amount}"


class ServiceRule(Record):
    """Which service is charged for what was done: of the rules that fit, the one of lowest `rank`.

    A condition that is empty fits everything. `test` is the code of a laboratory test, its own or
    LOINC's.
    """

    class Event(models.TextChoices):
        STARTED = "started", "A visit has started"
        CONSULTED = "consulted", "A consultation has ended"
        TEST = "test", "A test was ordered"

    key = models.CharField(max_length=60, unique=True)
    event = models.CharField(max_length=20, choices=Event)
    visit_kind = models.CharField(max_length=20, choices=Visit.Kind, blank=True)
    first_visit = models.BooleanField(null=True, blank=True)
    test = models.CharField(max_length=40, blank=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="rules")
    rank = models.PositiveSmallIntegerField(default=100)
    active = models.BooleanField(default=True)

    class Meta(Record.Meta):
        db_table = "service_rules"
        ordering = ["event", "rank", "key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(test="") | Q(event="test"), name="service_rules_test_of_tests"
            )
        ]

    def __str__(self) -> str:
        return self.key
