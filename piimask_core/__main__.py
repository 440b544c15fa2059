"""``python -m piimask_core``, the same as ``llm-piimask``; see ``cli``."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 if it worked, 2 if it could not."""
    try:
        from .cli import main as run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("typer", "rich"):
            raise
        sys.stderr.write("The command needs: pip install 'llm-piimask[cli]'\n")
        return 2
    return run(arguments)


def entry() -> None:
    """The installed command."""
    sys.exit(main())


if __name__ == "__main__":
    entry()
