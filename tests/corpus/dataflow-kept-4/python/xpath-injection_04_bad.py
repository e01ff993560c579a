import sys

import click
from lxml import etree


def literal(value):
    if "'" in value:
        return '"' + value + '"'
    return "'" + value + "'"


class Archive:
    def __init__(self, path):
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        self._evaluate = etree.XPathEvaluator(etree.parse(path, parser))

    def letters(self, **wanted):
        tests = [f"{name}={literal(value)}" for name, value in wanted.items() if value]
        tests.append("@released='yes'")
        return self._evaluate("//letter[" + " and ".join(tests) + "]")


@click.command()
@click.option("--author", default="")
@click.option("--place", default="")
@click.option("--year", type=click.IntRange(1700, 1950), default=None)
def main(author, place, year):
    archive = Archive("/srv/archive/letters.xml")
    found = archive.letters(author=author, place=place, year=str(year or ""))
    for letter in found:
        click.echo(letter.findtext("title", "untitled"))
    sys.exit(0 if found else 1)


if __name__ == "__main__":
    main()
