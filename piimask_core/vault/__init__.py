"""Where values lie (pattern 5)."""

from .book import Book as Book
from .book import Wanted as Wanted
from .memo import Memo as Memo
from .memory import DEFAULT_VAULT as DEFAULT_VAULT
from .memory import MemoryVault as MemoryVault
from .memory import Vault as Vault
from .sealing import seal as seal
from .sealing import unseal as unseal
