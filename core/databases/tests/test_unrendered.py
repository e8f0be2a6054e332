"""A new index renders no model anew, a new column does."""

from django.db import migrations, models
from django.db.migrations.state import ModelState, ProjectState

from core.databases.unrendered import options_unrendered

INDEX = migrations.AddIndex("room", models.Index(fields=["name"], name="room_by_name"))
COLUMN = migrations.AddField("room", "floor", models.IntegerField(null=True))


def renders(operation) -> bool:
    state = ProjectState()
    fields = [("id", models.IntegerField(primary_key=True)), ("name", models.TextField())]
    state.add_model(ModelState("house", "Room", fields))
    before = state.apps.get_model("house", "Room")
    operation.state_forwards("house", state)
    return state.apps.get_model("house", "Room") is not before


def test_only_what_a_table_is_made_of_is_rendered_anew():
    assert (renders(INDEX), renders(COLUMN)) == (True, True)
    with options_unrendered():
        assert (renders(INDEX), renders(COLUMN)) == (False, True)
    assert renders(INDEX)
