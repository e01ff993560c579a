import os

import typer

app = typer.Typer()


def typed():
    os.system("ls " + typer.prompt("Folder"))  # local: command-injection


@app.command()
def command(folder: str):
    os.system("ls " + folder)  # local: command-injection


def main(folder: str):
    os.system("ls " + folder)  # local: command-injection


typer.run(main)
