"""Outbox rows are signed as they are written."""

from pathlib import Path

from django.db import migrations

SIGNED = Path(__file__).parent / "sql" / "0010_signed.sql"
UNDO = """
DROP TRIGGER sign ON outbox;
DROP FUNCTION outbox_sign();
DROP FUNCTION outbox_words(outbox);
ALTER TABLE outbox DROP COLUMN signed_by, DROP COLUMN mac;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0009_signing_in")]
    operations = [migrations.RunSQL(SIGNED.read_text(), UNDO)]
