"""What can go wrong. No message and no attribute ever holds a value.

PIIMaskError
├── MaskingError            masking failed; nothing was sent
│   ├── InputError          this cannot be masked as it is
│   │   ├── InputTooLarge   longer than max_chars
│   │   └── InputTooDeep    nested too deep, or refers to itself
│   ├── RecognizerError     a recognizer raised or ran out of time
│   ├── UnmaskedText        the guard met a value on its way to a model
│   └── VaultUnavailable    the vault or its keys did not answer
├── SessionRequired         nothing says which conversation this is
├── RegistryLost            this conversation's registry is not in the vault
├── RegistryConflict        two copies of it gave one placeholder to two values
├── RegionRefused           this conversation's values belong in another region
├── AuditLogError           an audit log cannot be read, or nobody keeps one
├── BudgetError             no figure was released: the question or the budget
│   └── BudgetSpent         what is left of the privacy budget is not enough
├── ExamplesError           labelled examples cannot be read or measured
└── SealError               sealed values: wrong key, or not what was sealed
"""


class PIIMaskError(Exception):
    """Root of every error this library raises on purpose."""


class MaskingError(PIIMaskError):
    """Masking failed, so nothing was sent. Retry, or mend what the message names."""


class InputError(MaskingError, ValueError):
    """What was given cannot be masked as it is."""


class InputTooLarge(InputError):
    """Longer than ``max_chars``: split it, or raise the limit."""


class InputTooDeep(InputError):
    """Nested deeper than the walker goes, or it refers to itself."""


class RecognizerError(MaskingError):
    """A recognizer raised or ran out of time; the text counts as unread."""


class UnmaskedText(MaskingError):
    """A model below was about to get text that nobody had masked."""


class VaultUnavailable(MaskingError):
    """The vault, or what gives it keys, did not answer in time, or with an error."""


class AuditFailed(MaskingError):
    """An event that has to be kept could not be written, so nothing was sent."""


class SessionRequired(PIIMaskError, ValueError):
    """Nothing says which conversation this is: give a session or a registry."""


class RegistryLost(PIIMaskError, LookupError):
    """The vault has no such registry, or another one under the same name."""


class RegistryConflict(PIIMaskError, ValueError):
    """Two copies of a registry went separate ways; one placeholder, two values."""


class RegionRefused(PIIMaskError, ValueError):
    """The vault was opened for one region, and the session belongs to another."""


class AuditLogError(PIIMaskError, ValueError):
    """An audit log cannot be read, or nobody keeps one."""


class BudgetError(PIIMaskError, ValueError):
    """No figure was released: the question is none, or not one for this budget."""


class BudgetSpent(BudgetError):
    """What is left of the privacy budget is less than this question costs."""


class ExamplesError(PIIMaskError, ValueError):
    """Labelled examples cannot be read: the message says which file and line."""


class SealError(PIIMaskError, ValueError):
    """The sealed values cannot be opened: wrong key, or not what was sealed."""
