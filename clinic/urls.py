"""Every page of the clinic, app by app."""

from django.contrib import admin
from django.urls import include, path

from clinic import views

urlpatterns = [
    path("", views.home, name="home"),
    path("start/", views.start, name="start"),
    path("", include("core.door.urls")),
    path("", include("core.shell.urls")),
    path("", include("core.profile.urls")),
    path("", include("core.live.urls")),
    path("", include("core.editing.urls")),
    path("", include("inventory.urls")),
    path("", include("patients.urls")),
    path("", include("clinical_docs.urls")),
    path("", include("billing.urls")),
    path("", include("audit.urls")),
    path("admin/", admin.site.urls),
]
