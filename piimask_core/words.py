"""Lists of words, written down as words."""


def words(*listed: str) -> frozenset[str]:
    """The words of these lines, as a set."""
    return frozenset(word for line in listed for word in line.split())
