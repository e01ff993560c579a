import os

import click


def typed():
    os.system("ls " + click.prompt("Folder"))  # local: command-injection


@click.command()
@click.argument("folder")
def command(folder):
    os.system("ls " + folder)  # local: command-injection
