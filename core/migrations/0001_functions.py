from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


def from_file(name: str) -> migrations.RunSQL:
    return migrations.RunSQL((SQL / name).read_text())


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        from_file("0001_names.sql"),
        from_file("0001_outbox.sql"),
        from_file("0001_capture.sql"),
    ]
