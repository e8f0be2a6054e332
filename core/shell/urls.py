"""Pages of the frame itself."""

from django.urls import path

from core.shell import views, violations

app_name = "shell"
urlpatterns = [
    path("styleguide/", views.styleguide, name="styleguide"),
    path("shell/menu/", views.menu, name="menu"),
    path("csp-report/", violations.report, name="csp_report"),
]
