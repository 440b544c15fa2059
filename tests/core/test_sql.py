"""Values beside a statement."""

import sqlite3

import pytest

from piimask_core.restorer import Restorer
from piimask_core.sql import parameterized

ATTACK = "x'; DROP TABLE users;--"
VALUES = {"<EMAIL_1>": "jane@x.com", "<PERSON_1>": ATTACK}

STATEMENTS = [
    ("select 1", "select 1", []),
    ("where a = '<EMAIL_1>'", "where a = ?", ["jane@x.com"]),
    (
        'where a = <email_1> or b = "<PERSON_1>"',
        "where a = ? or b = ?",
        ["jane@x.com", ATTACK],
    ),
    ("like '%<EMAIL_1>%'", "like '%<EMAIL_1>%'", []),
    ("= 'it''s' or a = '<EMAIL_1>'", "= 'it''s' or a = ?", ["jane@x.com"]),
    ("= '<EMAIL_9>'", "= '<EMAIL_9>'", []),
]


@pytest.mark.parametrize(("statement", "sql", "values"), STATEMENTS)
def test_a_placeholder_becomes_a_parameter(
    statement: str, sql: str, values: list[str]
) -> None:
    """With its quotes; inside a longer literal it stays."""
    assert parameterized(statement, Restorer(VALUES)) == (sql, values)


def test_a_hostile_value_is_just_a_value() -> None:
    """As a database sees it."""
    base = sqlite3.connect(":memory:")
    base.execute("create table users (name text)")
    base.execute("insert into users values (?)", [ATTACK])

    sql, values = parameterized(
        "select count(*) from users where name = '<PERSON_1>'", Restorer(VALUES)
    )

    assert base.execute(sql, values).fetchone() == (1,)
    base.close()


def test_the_drivers_own_mark_is_used() -> None:
    """``%s`` for psycopg."""
    sql, _ = parameterized("= <EMAIL_1>", Restorer(VALUES), mark="%s")

    assert sql == "= %s"
