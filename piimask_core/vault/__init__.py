"""Where values lie (pattern 5)."""

from .book import Book as Book
from .book import Wanted as Wanted
from .memo import Memo as Memo
from .memory import DEFAULT_VAULT as DEFAULT_VAULT
from .memory import MemoryVault as MemoryVault
from .memory import Vault as Vault
from .notes import ADDED as ADDED
from .notes import FIRST as FIRST
from .notes import KEPT as KEPT
from .notes import TOPIC as TOPIC
from .notes import Notes as Notes
from .sealing import seal as seal
from .sealing import unseal as unseal
