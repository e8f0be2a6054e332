"""The Clinical documents app."""

from django.apps import AppConfig


class ClinicalDocsConfig(AppConfig):
    name = "clinical_docs"
    verbose_name = "Clinical documents"
