"""The people of the demo clinic, with passwords that everybody may know.

They exist only where the demo clinic was asked for (`CLINIC_DEMO`), which no real clinic does.
"""

from typing import NamedTuple

from django.conf import settings

from core.accounts.models import User
from core.accounts.roles import Role


class DemoAccount(NamedTuple):
    """Somebody to sign in as."""

    role: Role
    username: str
    password: str
    title: str
    given_name: str
    family_name: str


_ACCOUNTS = (
    DemoAccount(Role.RECEPTIONIST, "joy", "joy-at-the-desk", "", "Joy", "Wanjiru"),
    DemoAccount(Role.NURSE, "ben", "ben-takes-vitals", "", "Ben", "Okafor"),
    DemoAccount(Role.CLINICIAN, "amina", "amina-sees-patients", "Dr", "Amina", "Diallo"),
    DemoAccount(Role.LAB, "tom", "tom-in-the-lab", "", "Tom", "Novák"),
    DemoAccount(Role.PHARMACIST, "lena", "lena-counts-pills", "", "Lena", "Schäfer"),
    DemoAccount(Role.CASHIER, "peter", "peter-at-the-till", "", "Peter", "Nguyễn"),
    DemoAccount(Role.MANAGER, "ruth", "ruth-runs-the-house", "", "Ruth", "Abebe"),
    DemoAccount(Role.ADMINISTRATOR, "seth", "seth-holds-the-keys", "", "Seth", "Mensah"),
    DemoAccount(Role.AUDITOR, "noor", "noor-reads-the-trail", "", "Noor", "Haddad"),
    DemoAccount(Role.CLINICIAN, "kenji", "kenji-sees-patients", "Dr", "Kenji", "Watanabe"),
    DemoAccount(Role.CLINICIAN, "sofia", "sofia-sees-patients", "Dr", "Sofía", "Reyes-Castillo"),
    DemoAccount(Role.NURSE, "grace", "grace-takes-vitals", "", "Grace", "Lindqvist"),
)


def demo_accounts() -> list[DemoAccount]:
    """One account for each role, then a few colleagues of theirs."""
    return list(_ACCOUNTS)


def create_account(account: DemoAccount) -> User:
    """The account's user, made unless somebody has the name already."""
    known = User.objects.filter(username__iexact=account.username).first()
    return known or User.objects.create_user(
        account.username,
        account.password,
        title=account.title,
        given_name=account.given_name,
        family_name=account.family_name,
        roles=[account.role],
        is_staff=account.role == Role.ADMINISTRATOR,
    )


def accounts_to_show() -> list[DemoAccount]:
    """What the sign-in page offers: one account a role, where the demo clinic has them."""
    if not settings.CLINIC_DEMO:
        return []
    names = [account.username for account in _ACCOUNTS]
    present = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    firsts = {account.role: account for account in reversed(_ACCOUNTS)}
    return [firsts[role] for role in Role if firsts[role].username in present]
