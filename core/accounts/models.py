"""Users and the attempts to sign in as one."""

from typing import Any, ClassVar

import pgtrigger
from django.contrib.auth import get_backends
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower, Now

from core.accounts.roles import Role, permissions_of
from core.capture.models import Record
from core.capture.triggers import recorded
from core.crypto.fields import SealedObjectField, SealedTextField

# By whatever door: page, command, psql. Two who remove each other at once come one after the other.
KEEP_ONE_ADMINISTRATOR = """
    IF OLD.is_active AND 'administrator' = ANY(OLD.roles)
       AND (TG_OP = 'DELETE' OR NOT (NEW.is_active AND 'administrator' = ANY(NEW.roles))) THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('last administrator', 0));
        IF NOT EXISTS (
            SELECT 1 FROM users WHERE is_active AND 'administrator' = ANY(roles)
        ) THEN
            RAISE EXCEPTION 'This is the last administrator. Make somebody else one first.'
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NULL;
"""


class UserManager(BaseUserManager["User"]):
    """Finds users whatever the case of their name, and creates the first one."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(username, password, is_superuser=True, is_staff=True, **fields)


class User(AbstractBaseUser, Record):
    """Somebody who works in the clinic [Practitioner]."""

    username = models.CharField(max_length=150)
    title = models.CharField(max_length=20, blank=True)
    given_name = models.CharField(max_length=150, blank=True)
    family_name = models.CharField(max_length=150, blank=True)
    email = SealedTextField(blank=True)
    phone = SealedTextField(blank=True)
    roles = ArrayField(models.CharField(max_length=20, choices=Role), default=list, blank=True)
    theme = models.CharField(
        max_length=5,
        default="auto",
        choices=[("auto", "As the system"), ("light", "Light"), ("dark", "Dark")],
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("may open the administration", default=False)
    is_superuser = models.BooleanField("may do everything", default=False)
    must_change_password = models.BooleanField("asked for a new password", default=False)
    metadata = SealedObjectField()

    # A login is a fact in the audit, not a change of the user's row.
    last_login = None

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta(Record.Meta):
        db_table = "users"
        ordering = ["family_name", "given_name"]
        triggers = [
            *recorded(sealed=["password"]),
            pgtrigger.Trigger(
                name="keep_one_administrator",
                when=pgtrigger.After,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=KEEP_ONE_ADMINISTRATOR,
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="users_username_once",
                violation_error_message="Somebody already has this user name.",
            )
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """`Dr Amina Diallo`; the user name where no other is known."""
        parts = (self.title, self.given_name, self.family_name)
        return " ".join(part for part in parts if part) or self.username

    def get_short_name(self) -> str:
        return " ".join(part for part in (self.title, self.given_name) if part) or self.username

    def permissions(self) -> set[str]:
        """Everything the user's roles grant; nothing for somebody who has left."""
        return permissions_of(self.roles) if self.is_active else set()

    def has_perm(self, permission: str, obj: models.Model | None = None) -> bool:
        return any(backend.has_perm(self, permission, obj) for backend in get_backends())

    def has_perms(self, permissions: list[str], obj: models.Model | None = None) -> bool:
        return all(self.has_perm(permission, obj) for permission in permissions)

    def has_module_perms(self, app_label: str) -> bool:
        return self.has_perm(f"{app_label}.view")

    def has_role(self, role: str) -> bool:
        return role in self.roles


class SignInAttempt(models.Model):
    """A failed attempt to sign in; kept in PostgreSQL so that losing Valkey loosens nothing."""

    id = models.BigAutoField(primary_key=True)
    username = models.CharField(max_length=150)
    ip_address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "sign_in_attempts"
        indexes = [
            models.Index(fields=["username", "at"]),
            models.Index(fields=["ip_address", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.username} at {self.at:%H:%M}"
