from pathlib import Path

from django.db import migrations

from core.crypto.fields import SealedObjectField, SealedTextField
from core.crypto.migrating import set_aside

BLANKS = Path(__file__).parent / "sql" / "0006_capture_blanks.sql"
FIELDS = {
    "email": SealedTextField(blank=True),
    "phone": SealedTextField(blank=True),
    "metadata": SealedObjectField(),
}


class Migration(migrations.Migration):
    dependencies = [("core", "0005_data_keys")]

    operations = [
        migrations.RunSQL(BLANKS.read_text(), migrations.RunSQL.noop),
        *set_aside("user", "users", FIELDS),
    ]
