from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunSQL((Path(__file__).parent / "sql/0001_sums.sql").read_text())]
