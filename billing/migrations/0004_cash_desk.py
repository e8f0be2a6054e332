import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.db.models.functions.math
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import core.fields
import core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0003_cash_desk_rules"),
        ("inventory", "0001_initial"),
        ("patients", "0006_dispenses"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CashierShift",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UuidV7(),
                        default=core.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("created_by", models.UUIDField(editable=False, null=True)),
                ("updated_by", models.UUIDField(editable=False, null=True)),
                ("number", models.CharField(max_length=30, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("closed", "Closed")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                (
                    "opening_float",
                    core.fields.MoneyField(decimal_places=2, default=0, max_digits=14),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("denominations", models.JSONField(blank=True, default=dict)),
                (
                    "declared",
                    core.fields.MoneyField(blank=True, decimal_places=2, max_digits=14, null=True),
                ),
                (
                    "expected",
                    core.fields.MoneyField(
                        blank=True, decimal_places=2, editable=False, max_digits=14, null=True
                    ),
                ),
                (
                    "variance",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            models.F("declared"), "-", models.F("expected")
                        ),
                        output_field=core.fields.MoneyField(decimal_places=2, max_digits=14),
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "db_table": "cashier_shifts",
                "ordering": ["-opened_at"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CreditNote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UuidV7(),
                        default=core.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("created_by", models.UUIDField(editable=False, null=True)),
                ("updated_by", models.UUIDField(editable=False, null=True)),
                ("number", models.CharField(max_length=30, unique=True)),
                ("amount", core.fields.MoneyField(decimal_places=2, max_digits=14)),
                ("reason", models.CharField(max_length=300)),
                ("issued_at", models.DateTimeField()),
                ("printed", models.PositiveIntegerField(default=0)),
            ],
            options={
                "db_table": "credit_notes",
                "ordering": ["-issued_at"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Discount",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UuidV7(),
                        default=core.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("created_by", models.UUIDField(editable=False, null=True)),
                ("updated_by", models.UUIDField(editable=False, null=True)),
                (
                    "percent",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True),
                ),
                (
                    "amount",
                    core.fields.MoneyField(blank=True, decimal_places=2, max_digits=14, null=True),
                ),
                ("reason", models.CharField(max_length=200)),
                ("within_limit", models.BooleanField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waits for approval"),
                            ("allowed", "Allowed"),
                            ("refused", "Refused"),
                            ("used", "On an invoice"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decision_note", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "db_table": "discounts",
                "ordering": ["created_at"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UuidV7(),
                        default=core.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("created_by", models.UUIDField(editable=False, null=True)),
                ("updated_by", models.UUIDField(editable=False, null=True)),
                ("number", models.CharField(max_length=30, unique=True)),
                ("total", core.fields.MoneyField(decimal_places=2, max_digits=14)),
                (
                    "cash_received",
                    core.fields.MoneyField(decimal_places=2, default=0, max_digits=14),
                ),
                ("change", core.fields.MoneyField(decimal_places=2, default=0, max_digits=14)),
                ("taken_at", models.DateTimeField()),
                ("printed", models.PositiveIntegerField(default=0)),
            ],
            options={
                "db_table": "receipts",
                "ordering": ["-taken_at"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RefundRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UuidV7(),
                        default=core.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("created_by", models.UUIDField(editable=False, null=True)),
                ("updated_by", models.UUIDField(editable=False, null=True)),
                ("amount", core.fields.MoneyField(decimal_places=2, max_digits=14)),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("cash", "Cash"),
                            ("card", "Card"),
                            ("mobile", "Mobile money"),
                            ("transfer", "Bank transfer"),
                            ("insurance", "Insurance"),
                        ],
                        default="cash",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("credits", models.BooleanField(default=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waits for approval"),
                            ("approved", "Approved, not paid out"),
                            ("paid", "Paid out"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decision_note", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "db_table": "refund_requests",
                "ordering": ["created_at"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ServiceRule",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UuidV7(),
                        default=core.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("created_by", models.UUIDField(editable=False, null=True)),
                ("updated_by", models.UUIDField(editable=False, null=True)),
                ("key", models.CharField(max_length=60, unique=True)),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("started", "A visit has started"),
                            ("consulted", "A consultation has ended"),
                            ("test", "A test was ordered"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "visit_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("walk_in", "Walk-in"),
                            ("appointment", "Appointment"),
                            ("emergency", "Emergency"),
                            ("virtual", "By phone or video"),
                            ("inpatient", "Hospital stay"),
                        ],
                        max_length=20,
                    ),
                ),
                ("first_visit", models.BooleanField(blank=True, null=True)),
                ("test", models.CharField(blank=True, max_length=40)),
                ("rank", models.PositiveSmallIntegerField(default=100)),
                ("active", models.BooleanField(default=True)),
            ],
            options={
                "db_table": "service_rules",
                "ordering": ["event", "rank", "key"],
                "abstract": False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="charge",
            name="capture_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="charge",
            name="capture_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="charge",
            name="capture_delete",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="charge",
            name="moves_state",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="invoice",
            name="frozen_once_issued",
        ),
        migrations.RemoveConstraint(
            model_name="invoice",
            name="invoices_never_overpaid",
        ),
        migrations.AddField(
            model_name="charge",
            name="unpriced",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="invoice",
            name="credited",
            field=core.fields.MoneyField(
                db_default=0, decimal_places=2, default=0, editable=False, max_digits=14
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="void_reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="kind",
            field=models.CharField(
                choices=[("charge", "Charge"), ("discount", "Discount")],
                db_default="charge",
                default="charge",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="reference",
            field=models.CharField(blank=True, db_default="", default="", max_length=100),
        ),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["visit"], name="charges_open"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="charge",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="capture_insert('charge', 'patient_id', '', 'amount')",
                    func="RETURN NULL;",
                    hash="83df8d83e3b4807ad261e236d73fb409948daa6d",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_capture_insert_29147",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="charges",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="charge",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    execute="capture_update('charge', 'patient_id', '', 'amount')",
                    func="RETURN NULL;",
                    hash="1ba1f3436849b9fb35382df892c20c73be07c367",
                    operation="UPDATE",
                    pgid="pgtrigger_capture_update_313c9",
                    table="charges",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="charge",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="capture_delete('charge', 'patient_id', '', 'amount')",
                    func="RETURN NULL;",
                    hash="d64565505d7cb5920dc81644377c206904e6f25f",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_capture_delete_bd64f",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="charges",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="charge",
            trigger=pgtrigger.compiler.Trigger(
                name="moves_state",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="guard_moves('state', 'open>invoiced,open>void,invoiced>open,invoiced>void,void>open')",
                    func="RETURN NULL;",
                    hash="e6bfc19981ccc40cd7f3723019fbf08ef60f56e7",
                    operation='UPDATE OF "state"',
                    pgid="pgtrigger_moves_state_7d182",
                    table="charges",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="charge",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen_once_invoiced",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.state = 'invoiced')",
                    execute="guard_columns('What is on an invoice is not changed; credit the invoice', 'state,line_id')",
                    func="RETURN NULL;",
                    hash="2712e9df44e931f91d91e8b6c29516b45d378292",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_once_invoiced_c2be1",
                    table="charges",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoice",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen_once_issued",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.state <> 'draft' AND pg_trigger_depth() = 0)",
                    execute="guard_columns('An issued invoice is not changed; void or credit it', 'state,void_reason')",
                    func="RETURN NULL;",
                    hash="897d5d9be94f399069119e2876b6c00e626da611",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_once_issued_61d70",
                    table="invoices",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoice",
            trigger=pgtrigger.compiler.Trigger(
                name="sums_kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="guard_invoice_sums()",
                    func="RETURN NULL;",
                    hash="010075fe0e98670483377c17d502b5474ca4ea07",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_sums_kept_b5993",
                    table="invoices",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payment",
            trigger=pgtrigger.compiler.Trigger(
                name="open_shift",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="guard_open_shift()",
                    func="RETURN NULL;",
                    hash="65d841058aa77210f45c3e3a598be7b8cdf01f52",
                    operation="INSERT",
                    pgid="pgtrigger_open_shift_d1735",
                    table="payments",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit_price__gte", 0)), name="charges_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("unpriced", False),
                    models.Q(("unit_price", 0), models.Q(("state", "invoiced"), _negated=True)),
                    _connector="OR",
                ),
                name="charges_priced_when_invoiced",
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("line__isnull", False), ("state", "invoiced")),
                    models.Q(
                        models.Q(("state", "invoiced"), _negated=True), ("line__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="charges_invoiced_on_a_line",
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.UniqueConstraint(fields=("line",), name="charges_one_per_line"),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("credited__gte", 0),
                    ("paid__gte", 0),
                    (
                        "paid__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("total"), "-", models.F("credited")
                        ),
                    ),
                ),
                name="invoices_never_overpaid",
                violation_error_message="That is more than is still to be paid.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "discount"), _negated=True), ("net__lt", 0), _connector="OR"
                ),
                name="invoice_lines_discount_takes_off",
            ),
        ),
        migrations.AddField(
            model_name="cashiershift",
            name="cashier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cashier_shifts",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="shift",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="billing.cashiershift",
            ),
        ),
        migrations.AddField(
            model_name="creditnote",
            name="invoice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credit_notes",
                to="billing.invoice",
            ),
        ),
        migrations.AddField(
            model_name="creditnote",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="patients.patient"
            ),
        ),
        migrations.AddField(
            model_name="creditnote",
            name="refund",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credit_note",
                to="billing.payment",
            ),
        ),
        migrations.AddField(
            model_name="discount",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="discount",
            name="charge",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="discounts",
                to="billing.charge",
            ),
        ),
        migrations.AddField(
            model_name="discount",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="discount",
            name="line",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="billing.invoiceline",
            ),
        ),
        migrations.AddField(
            model_name="discount",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="discounts",
                to="patients.patient",
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receipts",
                to="patients.patient",
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="shift",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receipts",
                to="billing.cashiershift",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="receipt",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="billing.receipt",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["shift", "method"], name="payments_shift_i_24d70b_idx"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("receipt__isnull", True), ("shift__isnull", False), _connector="OR"
                ),
                name="payments_at_the_desk_in_a_shift",
            ),
        ),
        migrations.AddField(
            model_name="refundrequest",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="refundrequest",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="refundrequest",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refund_requests",
                to="patients.patient",
            ),
        ),
        migrations.AddField(
            model_name="refundrequest",
            name="payment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refund_requests",
                to="billing.payment",
            ),
        ),
        migrations.AddField(
            model_name="refundrequest",
            name="refund",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refund_request",
                to="billing.payment",
            ),
        ),
        migrations.AddField(
            model_name="refundrequest",
            name="shift",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refund_requests",
                to="billing.cashiershift",
            ),
        ),
        migrations.AddField(
            model_name="servicerule",
            name="service",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rules",
                to="billing.service",
            ),
        ),
        migrations.AddIndex(
            model_name="cashiershift",
            index=models.Index(fields=["-opened_at"], name="cashier_shi_opened__8cd7bc_idx"),
        ),
        migrations.AddConstraint(
            model_name="cashiershift",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("cashier",),
                name="cashier_shifts_one_open",
                violation_error_message="This cashier has an open shift already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="cashiershift",
            constraint=models.CheckConstraint(
                condition=models.Q(("opening_float__gte", 0)),
                name="cashier_shifts_float_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="cashiershift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("state", "open")),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("declared__gte", 0),
                        ("expected__isnull", False),
                        ("state", "closed"),
                    ),
                    _connector="OR",
                ),
                name="cashier_shifts_counted_when_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="cashiershift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "open"),
                    ("declared", models.F("expected")),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="cashier_shifts_say_why_they_differ",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="cashiershift",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_stamp",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="capture_stamp()",
                    func="RETURN NULL;",
                    hash="0cddd7db98d9e30f63bcdc48db3cc5ac3ae089b1",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_capture_stamp_eb033",
                    table="cashier_shifts",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="cashiershift",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="capture_insert('cashier_shift', '', '', 'variance')",
                    func="RETURN NULL;",
                    hash="138a06204ff2a370152ee7d28f73e908a5a07fdf",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_capture_insert_dcfac",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="cashier_shifts",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="cashiershift",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    execute="capture_update('cashier_shift', '', '', 'variance')",
                    func="RETURN NULL;",
                    hash="5e46e7e8665d214c213453aca972b6050849aca3",
                    operation="UPDATE",
                    pgid="pgtrigger_capture_update_63541",
                    table="cashier_shifts",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="cashiershift",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="capture_delete('cashier_shift', '', '', 'variance')",
                    func="RETURN NULL;",
                    hash="32055355910cb156c6fd87ae00c9f7ab29f8c132",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_capture_delete_f2067",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="cashier_shifts",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="cashiershift",
            trigger=pgtrigger.compiler.Trigger(
                name="refuse_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="refuse('TRUNCATE leaves no trace; delete the rows')",
                    func="RETURN NULL;",
                    hash="6896f6c0c40e8d8a3fcfa0edd15ef47591b45918",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_refuse_truncate_14d94",
                    table="cashier_shifts",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="cashiershift",
            trigger=pgtrigger.compiler.Trigger(
                name="refuse_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="refuse('A shift is never deleted')",
                    func="RETURN NULL;",
                    hash="cc99bbae6a3c043d61f0427c37576d62745a7a30",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_refuse_delete_94518",
                    table="cashier_shifts",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="cashiershift",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen_once_closed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.state = 'closed')",
                    execute="guard_columns('A closed shift is never changed', '')",
                    func="RETURN NULL;",
                    hash="7c7fc80bce53067efd44d5c308618759f6557c6c",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_once_closed_20640",
                    table="cashier_shifts",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="cashiershift",
            trigger=pgtrigger.compiler.Trigger(
                name="closes",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.state = 'open' AND NEW.state = 'closed')",
                    execute="close_shift()",
                    func="RETURN NULL;",
                    hash="bad085d71009dd21b926d81cf8a7a9a902354d74",
                    operation="UPDATE",
                    pgid="pgtrigger_closes_762b9",
                    table="cashier_shifts",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="creditnote",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="credit_notes_of_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="creditnote",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="credit_notes_say_why"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="creditnote",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_stamp",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="capture_stamp()",
                    func="RETURN NULL;",
                    hash="8c0089c81af098282fe946e0a646f120706d4970",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_capture_stamp_79903",
                    table="credit_notes",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="creditnote",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="capture_insert('credit_note', 'patient_id', '', '')",
                    func="RETURN NULL;",
                    hash="ad57db2ca4440d9b1d1a5fd76cae9195771cd193",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_capture_insert_518a0",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="credit_notes",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="creditnote",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    execute="capture_update('credit_note', 'patient_id', '', '')",
                    func="RETURN NULL;",
                    hash="815485f5545a30427b3388079477e7edc1c9cfcc",
                    operation="UPDATE",
                    pgid="pgtrigger_capture_update_154a6",
                    table="credit_notes",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="creditnote",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="capture_delete('credit_note', 'patient_id', '', '')",
                    func="RETURN NULL;",
                    hash="78104726019efb29ae145b1c6b5c3e9720f5dc4d",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_capture_delete_428dc",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="credit_notes",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="creditnote",
            trigger=pgtrigger.compiler.Trigger(
                name="refuse_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="refuse('TRUNCATE leaves no trace; delete the rows')",
                    func="RETURN NULL;",
                    hash="3d597ff5ad4b516bef5486ed6606cc300532f576",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_refuse_truncate_3b58f",
                    table="credit_notes",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="creditnote",
            trigger=pgtrigger.compiler.Trigger(
                name="refuse_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="refuse('A credit note is never deleted')",
                    func="RETURN NULL;",
                    hash="a771bc93db1ab93e229c1d36a204c4031dd792be",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_refuse_delete_57e27",
                    table="credit_notes",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="creditnote",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen_for_good",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.id IS NOT NULL)",
                    execute="guard_columns('A credit note is never changed', 'printed')",
                    func="RETURN NULL;",
                    hash="c1012bb7bb8cb4ff1c680a7d296aa321c87ae6b7",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_for_good_a7a76",
                    table="credit_notes",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="creditnote",
            trigger=pgtrigger.compiler.Trigger(
                name="books",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="book_credit()",
                    func="RETURN NULL;",
                    hash="b43c73af4a529386753d6f42aac3f4980129c6ba",
                    operation="INSERT",
                    pgid="pgtrigger_books_64453",
                    table="credit_notes",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="discount",
            index=models.Index(fields=["patient", "state"], name="discounts_patient_ea65be_idx"),
        ),
        migrations.AddIndex(
            model_name="discount",
            index=models.Index(fields=["state", "created_at"], name="discounts_state_855df1_idx"),
        ),
        migrations.AddConstraint(
            model_name="discount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount__isnull", True), ("percent__gt", 0), ("percent__lte", 100)),
                    models.Q(("amount__gt", 0), ("percent__isnull", True)),
                    _connector="OR",
                ),
                name="discounts_percent_or_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="discount",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="discounts_say_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="discount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["asked", "withdrawn"]),
                    ("decided_by__isnull", False),
                    _connector="OR",
                ),
                name="discounts_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="discount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("within_limit", True),
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    _connector="OR",
                ),
                name="discounts_large_ones_by_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="discount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("line__isnull", False), ("state", "used")),
                    models.Q(models.Q(("state", "used"), _negated=True), ("line__isnull", True)),
                    _connector="OR",
                ),
                name="discounts_used_on_a_line",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="discount",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_stamp",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="capture_stamp()",
                    func="RETURN NULL;",
                    hash="3d7a8a0dc558337e868faa14334c134bfae2c7ec",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_capture_stamp_739d6",
                    table="discounts",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="discount",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="capture_insert('discount', 'patient_id', '', '')",
                    func="RETURN NULL;",
                    hash="7f708424862d485c2f12c370817402bc40b24905",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_capture_insert_3bff5",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="discounts",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="discount",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    execute="capture_update('discount', 'patient_id', '', '')",
                    func="RETURN NULL;",
                    hash="e8242f6e73f0111def08b0da96363b088b6fabef",
                    operation="UPDATE",
                    pgid="pgtrigger_capture_update_861f9",
                    table="discounts",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="discount",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="capture_delete('discount', 'patient_id', '', '')",
                    func="RETURN NULL;",
                    hash="0b9328e8900e506e1e1c10d5635cc0d751176fa1",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_capture_delete_9a4a9",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="discounts",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="discount",
            trigger=pgtrigger.compiler.Trigger(
                name="refuse_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="refuse('TRUNCATE leaves no trace; delete the rows')",
                    func="RETURN NULL;",
                    hash="0545248dd3161d93b676453f71540f6016642683",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_refuse_truncate_e777c",
                    table="discounts",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="discount",
            trigger=pgtrigger.compiler.Trigger(
                name="moves_state",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="guard_moves('state', 'asked>allowed,asked>refused,asked>withdrawn,allowed>used,allowed>withdrawn,used>allowed')",
                    func="RETURN NULL;",
                    hash="5bdb114f2a47fbbedf4eab00515bb177f98008d4",
                    operation='UPDATE OF "state"',
                    pgid="pgtrigger_moves_state_3caae",
                    table="discounts",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="discount",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen_once_decided",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.state <> 'asked')",
                    execute="guard_columns('A decided discount is not changed; withdraw it and give another', 'state,line_id')",
                    func="RETURN NULL;",
                    hash="b77f2d297db59714e7893f63eb19d2a35f961cf8",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_once_decided_b78d7",
                    table="discounts",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(fields=["patient", "-taken_at"], name="receipts_patient_f15dc7_idx"),
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(fields=["-taken_at"], name="receipts_taken_a_29f19d_idx"),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("total__gt", 0)), name="receipts_of_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("cash_received__gte", models.F("change")), ("change__gte", 0)),
                name="receipts_change_from_cash",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="receipt",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_stamp",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="capture_stamp()",
                    func="RETURN NULL;",
                    hash="bb0488f3afd41cdd2760b5342a8c27fd659ba75b",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_capture_stamp_8a88c",
                    table="receipts",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="receipt",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="capture_insert('receipt', 'patient_id', '', '')",
                    func="RETURN NULL;",
                    hash="098e9f40344d28e17d9b756508ae9edb23aeb89a",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_capture_insert_b5950",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="receipts",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="receipt",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    execute="capture_update('receipt', 'patient_id', '', '')",
                    func="RETURN NULL;",
                    hash="b8593b0e80b9230288e7796774586735163493e9",
                    operation="UPDATE",
                    pgid="pgtrigger_capture_update_9d231",
                    table="receipts",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="receipt",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="capture_delete('receipt', 'patient_id', '', '')",
                    func="RETURN NULL;",
                    hash="decf5680710b4f71b98f32a3a653da3d8c086d0c",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_capture_delete_588d9",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="receipts",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="receipt",
            trigger=pgtrigger.compiler.Trigger(
                name="refuse_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="refuse('TRUNCATE leaves no trace; delete the rows')",
                    func="RETURN NULL;",
                    hash="319231ce56b388a317f6d6134f59126dcea90faa",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_refuse_truncate_f5326",
                    table="receipts",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="receipt",
            trigger=pgtrigger.compiler.Trigger(
                name="open_shift",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="guard_open_shift()",
                    func="RETURN NULL;",
                    hash="bc6ff054e7865b79fbb7628817599478d7115f5f",
                    operation="INSERT",
                    pgid="pgtrigger_open_shift_5d7f8",
                    table="receipts",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="receipt",
            trigger=pgtrigger.compiler.Trigger(
                name="refuse_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="refuse('A receipt is never deleted')",
                    func="RETURN NULL;",
                    hash="0b0e888b57e8931265f990b3400baf7986c34593",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_refuse_delete_6cda2",
                    table="receipts",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="receipt",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen_for_good",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.id IS NOT NULL)",
                    execute="guard_columns('A receipt is never changed', 'printed')",
                    func="RETURN NULL;",
                    hash="3b59dd28b532867af83d86e27d43f6299f2773d7",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_for_good_d87d6",
                    table="receipts",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="charge",
            name="amount",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.math.Round(
                    django.db.models.expressions.CombinedExpression(
                        models.F("quantity"), "*", models.F("unit_price")
                    ),
                    2,
                ),
                output_field=core.fields.MoneyField(decimal_places=2, max_digits=14),
            ),
        ),
        migrations.AddIndex(
            model_name="refundrequest",
            index=models.Index(fields=["state", "created_at"], name="refund_requ_state_66d9a7_idx"),
        ),
        migrations.AddConstraint(
            model_name="refundrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="refund_requests_of_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="refundrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="refund_requests_say_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="refundrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["asked", "withdrawn"]),
                    ("decided_by__isnull", False),
                    _connector="OR",
                ),
                name="refund_requests_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="refundrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    _connector="OR",
                ),
                name="refund_requests_by_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="refundrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("refund__isnull", False), ("state", "paid")),
                    models.Q(models.Q(("state", "paid"), _negated=True), ("refund__isnull", True)),
                    _connector="OR",
                ),
                name="refund_requests_paid_by_a_payment",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="refundrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_stamp",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="capture_stamp()",
                    func="RETURN NULL;",
                    hash="73e8ddc3b2126e33d97d7218c1a5c92cf5a26ccc",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_capture_stamp_49637",
                    table="refund_requests",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="refundrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="capture_insert('refund_request', 'patient_id', '', '')",
                    func="RETURN NULL;",
                    hash="f12e0d680fc620ebd9c90b76d98733d2c07f070a",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_capture_insert_a575c",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="refund_requests",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="refundrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    execute="capture_update('refund_request', 'patient_id', '', '')",
                    func="RETURN NULL;",
                    hash="1b17bdbd30a420d5f15f6d038e2855771200b8d6",
                    operation="UPDATE",
                    pgid="pgtrigger_capture_update_e0dee",
                    table="refund_requests",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="refundrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="capture_delete('refund_request', 'patient_id', '', '')",
                    func="RETURN NULL;",
                    hash="a20d5458a2ab060e1840446099c03fd6a7d339c4",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_capture_delete_06ca6",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="refund_requests",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="refundrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="refuse_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="refuse('TRUNCATE leaves no trace; delete the rows')",
                    func="RETURN NULL;",
                    hash="14004b21ed9bf8556ee06c40c1fe36b86d03f779",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_refuse_truncate_93af3",
                    table="refund_requests",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="refundrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="open_shift",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="guard_open_shift()",
                    func="RETURN NULL;",
                    hash="eb33e8824f7c092161837dea7c9498212af2a5b7",
                    operation="INSERT",
                    pgid="pgtrigger_open_shift_441b1",
                    table="refund_requests",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="refundrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="moves_state",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="guard_moves('state', 'asked>approved,asked>refused,asked>withdrawn,approved>paid,approved>withdrawn')",
                    func="RETURN NULL;",
                    hash="26819e27acd77e112e81242304e3728899238ef5",
                    operation='UPDATE OF "state"',
                    pgid="pgtrigger_moves_state_ae81a",
                    table="refund_requests",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="refundrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen_once_decided",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.state <> 'asked')",
                    execute="guard_columns('A decided refund is not changed; withdraw it and ask anew', 'state,refund_id')",
                    func="RETURN NULL;",
                    hash="680b7fc9765bc884fe702e937b6677398cb86adc",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_once_decided_7acfa",
                    table="refund_requests",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="servicerule",
            constraint=models.CheckConstraint(
                condition=models.Q(("test", ""), ("event", "test"), _connector="OR"),
                name="service_rules_test_of_tests",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="servicerule",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_stamp",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="capture_stamp()",
                    func="RETURN NULL;",
                    hash="3ba343025553965f84e2a406ba6b6437e6d8decf",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_capture_stamp_5a46d",
                    table="service_rules",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="servicerule",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="capture_insert('service_rule', '', '', '')",
                    func="RETURN NULL;",
                    hash="6a15df2638f4baabf7ce749c6d4ba75fbaf61434",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_capture_insert_aa116",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="service_rules",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="servicerule",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    execute="capture_update('service_rule', '', '', '')",
                    func="RETURN NULL;",
                    hash="4fc7fe8689edc543e43e06749c184202212a44e3",
                    operation="UPDATE",
                    pgid="pgtrigger_capture_update_47fc2",
                    table="service_rules",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="servicerule",
            trigger=pgtrigger.compiler.Trigger(
                name="capture_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="capture_delete('service_rule', '', '', '')",
                    func="RETURN NULL;",
                    hash="a402faec1c05bbee84e9d40795ed3fabf30e7e2b",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_capture_delete_b18d3",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="service_rules",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="servicerule",
            trigger=pgtrigger.compiler.Trigger(
                name="refuse_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    execute="refuse('TRUNCATE leaves no trace; delete the rows')",
                    func="RETURN NULL;",
                    hash="f3e3a8f204d6d6d0317ea847c1d045e251392da7",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_refuse_truncate_825d7",
                    table="service_rules",
                    when="BEFORE",
                ),
            ),
        ),
    ]
