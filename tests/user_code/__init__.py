"""Programs as a user writes them: they pass mypy --strict, and they run."""
