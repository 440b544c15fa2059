"""Text in, entities out: what finds personal data, and what may stand before it."""

from .combine import default_recognizer as default_recognizer
from .combine import union as union
from .disguise import disguised as disguised
from .gate import has_strong_trigger as has_strong_trigger
from .gate import has_trigger as has_trigger
from .gate import two_stage as two_stage
from .patterns import PATTERNS as PATTERNS
from .patterns import Pattern as Pattern
from .patterns import may_find as may_find
from .patterns import patterns as patterns
from .presidio import presidio as presidio
from .readable import readable as readable
