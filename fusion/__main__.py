"""`python -m fusion` is the command line."""

from fusion.cli import main

main()
