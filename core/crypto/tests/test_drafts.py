"""What somebody is still typing is stored as closed as what it becomes."""

from django.db import connection

from core.accounts.models import User
from core.editing import drafts
from core.editing.models import Draft


def test_a_draft_is_sealed_and_read_by_its_writer(db):
    amina = User.objects.create_user("amina", "long-enough-for-her")

    drafts.save("note", "7", {"text": "podagra"}, by=amina)
    drafts.save("note", "7", {"text": "podagra of the left"}, by=amina)

    assert drafts.find("note", "7", by=amina).fields == {"text": "podagra of the left"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT fields FROM drafts")
        ((held,),) = cursor.fetchall()
    assert b"podagra" not in bytes(held)
    assert Draft.objects.count() == 1
