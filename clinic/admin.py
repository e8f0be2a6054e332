"""What the clinic has loaded by itself, in the administration."""

from django.contrib import admin

from clinic.models import DemoStep, LoadedReference
from core.administration.tables import ReadOnly


@admin.register(DemoStep)
class DemoSteps(ReadOnly):
    list_display = ("name", "done_at")
    search_fields = ("name",)


@admin.register(LoadedReference)
class LoadedReferences(ReadOnly):
    list_display = ("table", "key")
    list_filter = ("table",)
    search_fields = ("key",)
