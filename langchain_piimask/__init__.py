"""Personal data masked in LangChain: the model sees typed placeholders only."""

try:
    import langchain_core.runnables as _  # noqa: F401  # only to see that it is there
except ImportError:
    raise ImportError(
        "langchain_piimask needs langchain-core: pip install 'llm-piimask[langchain]'"
    ) from None

from piimask_core import Masker as Masker
from piimask_core import MaskingError as MaskingError
from piimask_core import MemoryVault as MemoryVault
from piimask_core import PIIMaskError as PIIMaskError
from piimask_core import Registry as Registry
from piimask_core import RegistryLost as RegistryLost
from piimask_core import RestorePolicy as RestorePolicy
from piimask_core import SessionRequired as SessionRequired
from piimask_core import UnmaskedText as UnmaskedText
from piimask_core import by_type as by_type
from piimask_core import pii_session as pii_session

from .chat_model import PIIMaskedChatModel as PIIMaskedChatModel
from .documents import PIIMaskDocumentTransformer as PIIMaskDocumentTransformer
from .embeddings import PIIMaskedEmbeddings as PIIMaskedEmbeddings
from .history import PIIMaskChatMessageHistory as PIIMaskChatMessageHistory
from .middleware import PIIMaskMiddleware as PIIMaskMiddleware
from .runnables import PIIMask as PIIMask
from .runnables import PIIUnmask as PIIUnmask
from .tracing import trace_anonymizer as trace_anonymizer
from .wrapping import with_pii_masking as with_pii_masking
