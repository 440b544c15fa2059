"""Where values lie (pattern 5)."""

from .book import Book as Book
from .book import Wanted as Wanted
from .keys import CallableKeys as CallableKeys
from .keys import EnvKeys as EnvKeys
from .keys import FileKeys as FileKeys
from .keys import Keys as Keys
from .keys import StaticKeys as StaticKeys
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
from .sqlite import SQLiteVault as SQLiteVault
from .store import Store as Store
from .stored import StoredVault as StoredVault
from .urls import vault_from_url as vault_from_url
