import os
from pathlib import Path

DATA = Path(os.environ.get("LIBRARY_DATA", "/srv/library"))
CATALOGUE = DATA / "catalogue.xml"
STAFF = DATA / "staff.xml"
