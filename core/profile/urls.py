"""My profile."""

from django.urls import path

from core.profile import views

app_name = "profile"
urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/password/", views.password, name="password"),
    path("profile/theme/", views.theme, name="theme"),
]
