"""The trail of a patient's record."""

from django.urls import reverse


def test_what_was_just_done_is_there_before_mongodb_has_it(client, auditor, grace):
    client.force_login(auditor)

    page = client.get(reverse("audit:patient", args=[grace.pk]))

    shown = [(line.act, line.who, line.summary, line.reason) for line in page.context["waiting"]]
    assert shown == [
        ("Changed", "Ben Okafor", "Allergy status, phone", "asked at the desk"),
        ("Created", "Ben Okafor", "5 fields", ""),
    ]
    assert "Okoro" in page.content.decode()
