"""The administration takes the place of Django's own admin configuration."""

from django.contrib.admin.apps import AdminConfig


class ClinicAdminConfig(AdminConfig):
    """Loads every app's admin module into the clinic's site."""

    default_site = "core.administration.site.ClinicAdminSite"
