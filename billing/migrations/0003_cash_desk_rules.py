from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql/0003_cash_desk.sql"
BACK = """
DROP FUNCTION IF EXISTS close_shift, guard_open_shift, guard_invoice_sums, book_credit, invoice_state;
"""


class Migration(migrations.Migration):
    """Functions first, then the tables whose triggers call them."""

    dependencies = [("billing", "0002_initial"), ("patients", "0006_dispenses")]
    operations = [migrations.RunSQL(SQL.read_text(), BACK)]
