"""``python -m clarion`` is the same as ``clarion``."""

from clarion.cli import main

main()
