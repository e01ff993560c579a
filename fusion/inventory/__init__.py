"""The inventory: what a tree is built from, its licences, and advisories that affect it. Pure functions over bytes and records.

To read another format, write a module beside the others with a tuple `FORMATS` and name it in `formats.py`.
"""

from fusion.inventory.taking import take, wants

__all__ = ["take", "wants"]
