"""Drafts of any form."""

from django.urls import path

from core.editing import views

app_name = "editing"
urlpatterns = [
    path("drafts/<slug:form>/", views.draft, name="draft"),
    path("drafts/<slug:form>/<str:object_id>/", views.draft, name="draft_of"),
]
