import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0004_cash_desk"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="charge",
            name="frozen_once_invoiced",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="charge",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen_once_invoiced",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.state = 'invoiced')",
                    execute="guard_columns('What is on an invoice is not changed; credit the invoice', 'state,line_id,amount')",
                    func="RETURN NULL;",
                    hash="ec85784b8af77d30562445ac26324c3088bc4d71",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_once_invoiced_c2be1",
                    table="charges",
                    when="BEFORE",
                ),
            ),
        ),
    ]
