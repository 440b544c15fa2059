"""Regexes of our own: what Presidio refuses, misses, or finds too slowly.

Each module has the rows of one kind. Every regex takes linear time: a repetition
without a bound starts only where its run of characters starts (a lookbehind says so)
and ends at a character which is not in the run; everything else is bounded. To find
another type add a row to a module and lines to the table in its test.
"""

from .all import PATTERNS as PATTERNS
from .all import may_find as may_find
from .all import patterns as patterns
from .pattern import Pattern as Pattern
