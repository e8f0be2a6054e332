from django.db import migrations

from core.crypto.fields import SealedObjectField
from core.crypto.migrating import set_aside

FIELDS = {"fields": SealedObjectField(place=("user_id", "form", "object_id"))}


class Migration(migrations.Migration):
    dependencies = [("core", "0010_outbox_signed")]

    operations = set_aside("draft", "drafts", FIELDS)
