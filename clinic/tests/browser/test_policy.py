"""The content security policy at work: a script that somebody planted does not run."""

import pytest
from playwright.sync_api import Route

PLANTED = (
    "<script>document.title = 'planted'</script><img src=x onerror=\"document.title = 'planted'\">"
)
LISTEN = """
window.refused = [];
addEventListener("securitypolicyviolation", (told) => refused.push(told.effectiveDirective));
"""


@pytest.fixture
def planted(windows):
    """`planted(keeps_policy)`: the sign-in page with a script in it, as if it had been stored."""

    def opened(*, keeps_policy: bool):
        def plant(route: Route) -> None:
            answer = route.fetch()
            headers = dict(answer.headers)
            if not keeps_policy:
                del headers["content-security-policy"]
            body = answer.text().replace("</body>", f"{PLANTED}</body>")
            route.fulfill(response=answer, headers=headers, body=body)

        stranger = windows.of(None).new_page()
        stranger.add_init_script(LISTEN)
        stranger.route("**/sign-in/", plant)
        stranger.goto("/sign-in/")
        stranger.wait_for_timeout(300)
        return stranger

    return opened


def test_a_planted_script_does_not_run(planted):
    page = planted(keeps_policy=True)

    assert page.title() != "planted"
    assert set(page.evaluate("refused")) >= {"script-src-elem", "script-src-attr"}


def test_without_the_policy_it_would(planted):
    page = planted(keeps_policy=False)

    assert page.title() == "planted"
