"""My profile."""

from django.urls import path

from core.profile.views import factors, passkeys, password, profile, sessions

app_name = "profile"
urlpatterns = [
    path("profile/", profile.profile, name="profile"),
    path("profile/password/", password.password, name="password"),
    path("profile/theme/", profile.theme, name="theme"),
    path("profile/second-step/", factors.second_step, name="second_step"),
    path("profile/second-step/app/", factors.app, name="app"),
    path("profile/second-step/passkey/options/", passkeys.options, name="passkey_options"),
    path("profile/second-step/passkey/", passkeys.register, name="passkey"),
    path("profile/second-step/codes/", factors.codes, name="codes"),
    path("profile/second-step/<uuid:factor_id>/remove/", factors.remove, name="remove_factor"),
    path("profile/sessions/end-others/", sessions.end_others, name="end_others"),
    path("profile/sessions/<uuid:session_id>/end/", sessions.end, name="end_session"),
]
