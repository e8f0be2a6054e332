"""Migrations without needless work.

For every trigger, index and constraint Django renders the model and its neighbours anew, although
nothing that PostgreSQL is told depends on it: two thirds of the time that a new database takes.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

OF_OPTIONS = (
    (AddTrigger, "state_forwards"),
    (RemoveTrigger, "state_forwards"),
    # Indexes and constraints.
    (ProjectState, "_append_option"),
    (ProjectState, "_remove_option"),
)


@contextmanager
def options_unrendered() -> Iterator[None]:
    """Inside, a change of a model's options leaves the rendered models as they are."""
    with ExitStack() as stack:
        for where, name in OF_OPTIONS:
            stack.enter_context(_instead(where, name, _quiet(getattr(where, name))))
        yield


def _quiet(act: Callable[..., None]) -> Callable[..., None]:
    def quietly(*args: Any, **options: Any) -> None:
        with _instead(ProjectState, "reload_model", lambda *_, **__: None):
            act(*args, **options)

    return quietly


@contextmanager
def _instead(where: type, name: str, act: Callable[..., None]) -> Iterator[None]:
    before = getattr(where, name)
    setattr(where, name, act)
    try:
        yield
    finally:
        setattr(where, name, before)
