"""Personal data masked in LlamaIndex: the model sees typed placeholders only."""

try:
    import llama_index.core as _  # noqa: F401  # only to see that it is there
except ImportError:
    raise ImportError(
        "llamaindex_piimask needs llama-index-core: "
        "pip install 'llm-piimask[llamaindex]'"
    ) from None

from piimask_core import InputError as InputError
from piimask_core import Masker as Masker
from piimask_core import MaskingError as MaskingError
from piimask_core import MemoryVault as MemoryVault
from piimask_core import PIIMaskError as PIIMaskError
from piimask_core import Registry as Registry
from piimask_core import RegistryConflict as RegistryConflict
from piimask_core import RegistryLost as RegistryLost
from piimask_core import RestorePolicy as RestorePolicy
from piimask_core import SealError as SealError
from piimask_core import SessionRequired as SessionRequired
from piimask_core import UnmaskedText as UnmaskedText
from piimask_core import by_type as by_type
from piimask_core import pii_session as pii_session

from .callback import PIIMaskCallbackHandler as PIIMaskCallbackHandler
from .embeddings import PIIMaskedEmbedding as PIIMaskedEmbedding
from .ingestion import PIIMaskIngestionPipeline as PIIMaskIngestionPipeline
from .ingestion import PIIMaskTransform as PIIMaskTransform
from .ingestion import PIIUnmaskNodePostprocessor as PIIUnmaskNodePostprocessor
from .llm import PIIMaskedLLM as PIIMaskedLLM
from .memory import PIIMaskMemory as PIIMaskMemory
from .postprocessor import PIIMaskNodePostprocessor as PIIMaskNodePostprocessor
from .query_engine import PIIMaskQueryEngine as PIIMaskQueryEngine
from .tools import mask_tool as mask_tool
