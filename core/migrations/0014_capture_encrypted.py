"""The audit keeps encrypted values as they are, instead of a word in their place."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
ENCRYPTED = SQL / "0014_capture_encrypted.sql"
BEFORE = SQL / "0006_capture_blanks.sql"
GONE = "DROP FUNCTION capture_veiled(text, int)"


class Migration(migrations.Migration):
    dependencies = [("core", "0013_one_administrator_stays")]
    operations = [
        migrations.RunSQL(ENCRYPTED.read_text(), [BEFORE.read_text(), GONE]),
    ]
