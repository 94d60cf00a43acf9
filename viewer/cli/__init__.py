"""The command line, ``wetread``: for people, and the machine interface that scripts use.

Every command module is imported at start, so each imports Qt, torch and readers inside its functions only.
"""

from viewer.cli.program import program

__all__ = ["program"]
