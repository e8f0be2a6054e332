"""The door."""

from django.urls import path

from core.door.views import lock, passkeys, second_step, signing_in, state

app_name = "accounts"
urlpatterns = [
    path("sign-in/", signing_in.sign_in, name="sign_in"),
    path("sign-in/second-step/", second_step.second_step, name="second_step"),
    path("sign-in/passkey/options/", passkeys.options, name="passkey_options"),
    path("sign-in/passkey/", passkeys.show, name="passkey"),
    path("sign-out/", signing_in.sign_out, name="sign_out"),
    path("lock/", lock.lock, name="lock"),
    path("session/", state.state, name="session"),
    path("session/active/", state.active, name="active"),
]
