"""Problems between entries: `test_entries.py` and `test_plan.py` hold what a list reports; here are the functions."""

import pytest

from auth0_sessions.fleet.across import in_two_files, named_twice, renamed_wrongly


@pytest.mark.parametrize(
    ("formerly", "wrong"),
    [
        ({"a": None, "b": "c"}, []),
        ({"a": "a"}, ["a"]),
        ({"a": None, "b": "a"}, ["b"]),
        ({"b": "a", "c": "a"}, ["c"]),
    ],
)
def test_an_earlier_name_is_of_one_tenant_and_no_longer_in_use(formerly, wrong):
    """The second tenant that gives it, or the one that gives a name in use, has the problem."""
    assert [name for name, _ in renamed_wrongly(formerly)] == wrong


def test_a_domain_belongs_to_one_entry():
    """All short names, or files with their short names, of a domain are in one message."""
    (problem,) = named_twice([("x.auth0.com", "a"), ("y.auth0.com", "b"), ("x.auth0.com", "c")])
    assert problem.startswith("a, c: all are x.auth0.com.")
    (problem,) = in_two_files([("x.auth0.com", "one", "a"), ("x.auth0.com", "two", "b"), ("y.auth0.com", "two", "c")])
    assert problem.startswith("x.auth0.com is in one as a and in two as b.")
