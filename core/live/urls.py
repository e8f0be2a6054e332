"""Live updates by plain HTTP."""

from django.urls import path

from core.live import views

app_name = "live"
urlpatterns = [
    path("api/sync/events", views.events, name="events"),
    path("live/viewers/", views.viewers, name="viewers"),
    path("live/writers/", views.writers, name="writers"),
]
