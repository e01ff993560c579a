import hashlib
import json
from pathlib import Path

import click

CHUNK = 1 << 16


def checksum(path, factory=hashlib.sha1):
    engine = factory()
    with open(path, "rb") as handle:
        while chunk := handle.read(CHUNK):
            engine.update(chunk)
    return engine.hexdigest()


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--signed-manifest", "out", type=click.File("w"), default="-")
def main(folder, out):
    """Writes the manifest that the release key then signs."""
    entries = {p.name: checksum(p) for p in sorted(folder.glob("*.whl"))}
    json.dump(entries, out, indent=2)


if __name__ == "__main__":
    main()
