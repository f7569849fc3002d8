"""Statements that run thousands of times a minute, with their parameters.

SQLAlchemy builds each statement once, for its database, and says how its parameters are to be
converted; then they go to the driver as they are. Told anew each time, the parameters of a large
batch would cost more than all the rest of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Update

Values = Mapping[str, Any]


def many(db: Connection, statement: Insert | Update, values: Sequence[Values]) -> int:
    """Run the statement for each of the values, in order; how many rows it changed in all."""
    # An insert says which columns it fills only together with its values.
    filled = tuple(values[0]) if isinstance(statement, Insert) else None
    ready = _ready(db.dialect, statement, filled)
    return db.exec_driver_sql(ready.sql, [ready.parameters(one) for one in values]).rowcount


@dataclass(frozen=True)
class _Ready:
    """A statement as the driver takes it: with its own values ``fixed``, and ``order`` to line all
    of them up where the driver takes them by place."""

    sql: str
    fixed: Values
    convert: Mapping[str, Callable[[Any], Any]]
    order: Callable[[Values], Any] | None

    def parameters(self, values: Values) -> Any:
        told = {**self.fixed, **values}
        for name, convert in self.convert.items():
            told[name] = convert(told[name])
        return told if self.order is None else self.order(told)


@lru_cache(maxsize=256)
def _ready(dialect: Dialect, statement: Insert | Update, filled: tuple[str, ...] | None) -> _Ready:
    compiled = statement.compile(dialect=dialect, column_keys=filled)
    fixed, convert = {}, {}
    for bind, name in compiled.bind_names.items():
        how = bind.type.dialect_impl(dialect).bind_processor(dialect)
        if not bind.required:
            fixed[name] = bind.value if how is None else how(bind.value)
        elif how is not None:
            convert[name] = how
    places = getattr(compiled, "positiontup", None)
    return _Ready(str(compiled), fixed, convert, itemgetter(*places) if places else None)
