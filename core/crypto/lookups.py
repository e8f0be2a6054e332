"""Finding a row by what it holds sealed."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Func, Value
from django.db.models.lookups import Lookup

from core.crypto import blind


class BlindPart(Func):
    """The blind index of a sealed column at that place (the first is 0), for an index over it."""

    function = "substr"
    output_field = models.BinaryField()

    def __init__(self, column: str | F, place: int = 0, **options: Any) -> None:
        self.column, self.place = column, place
        start = 1 + place * blind.SIZE
        super().__init__(column, Value(start), Value(blind.SIZE), **options)


class Finds(Lookup):
    """The rows whose value is the same in the sense of a kind of `blind.KINDS`; "" finds blanks.

    A value that has nothing of the kind, such as words where digits are looked for, finds nobody.
    """

    kind: ClassVar[str]
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.lhs)
        if not self.rhs:
            return f"{column} = ''::bytea", (*params,)
        field = self.lhs.output_field
        if not blind.KINDS[self.kind](str(self.rhs)):
            return "false", ()
        start = 1 + field.finds.index(self.kind) * blind.SIZE
        same = f"substr({column}, {start}, {blind.SIZE}) = %s"
        # The indexes hold no blanks, and the planner must see that none is asked for.
        sought = connection.Database.Binary(field.blind(self.kind, str(self.rhs)))
        return f"({same} AND NOT ({column} = ''::bytea))", (*params, sought, *params)


FINDS = {kind: type(f"Finds{kind.title()}", (Finds,), {"kind": kind}) for kind in blind.KINDS}


class FindsBlank(Finds):
    """Of a field nobody is found by, at least the blank ones are."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        if self.rhs:
            name = self.lhs.output_field.name
            raise TypeError(f"{name} is sealed and has no blind index: nobody is found by it.")
        return super().as_sql(compiler, connection)
