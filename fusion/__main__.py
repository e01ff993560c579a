"""`python -m fusion` is the command line."""

import sys

if not sys.flags.safe_path:
    # Python puts the present folder first: in a hostile repository it would hold the modules imported next.
    del sys.path[0]

from fusion.cli import main

main()
