"""Of a session's key its digest is kept; whoever is signed in stays so."""

from django.db import migrations

from core.sessions.fields import DigestField

DIGEST = "UPDATE sessions SET session_key = encode(sha256(session_key::bytea), 'hex')"
# A digest is no key: going back signs everybody out.
END_ALL = "DELETE FROM sessions"


class Migration(migrations.Migration):
    dependencies = [("core", "0015_encrypted_values_in_the_audit")]

    operations = [
        migrations.AlterField("opensession", "session_key", DigestField(unique=True)),
        migrations.RunSQL(DIGEST, END_ALL),
    ]
