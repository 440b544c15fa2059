"""The neutral core: what is personal data, what stands for it, and the way back."""

from .entities import Entity as Entity
from .entities import Recognizer as Recognizer
from .errors import InputError as InputError
from .errors import InputTooDeep as InputTooDeep
from .errors import InputTooLarge as InputTooLarge
from .errors import MaskingError as MaskingError
from .errors import PIIMaskError as PIIMaskError
from .errors import RecognizerError as RecognizerError
from .errors import RegistryConflict as RegistryConflict
from .errors import RegistryLost as RegistryLost
from .errors import SealError as SealError
from .errors import SessionRequired as SessionRequired
from .errors import UnmaskedText as UnmaskedText
from .functions import default_masker as default_masker
from .functions import mask as mask
from .functions import unmask as unmask
from .masker import Masker as Masker
from .policy import Context as Context
from .policy import Policy as Policy
from .policy import by_type as by_type
from .registry import Registry as Registry
from .session import pii_session as pii_session
from .stream import StreamUnmasker as StreamUnmasker
from .vault import MemoryVault as MemoryVault
