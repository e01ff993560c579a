import logging
import os
import sys

import typer

from ops.quoting import wrap

cli = typer.Typer(help="Publish the generated documentation.")
log = logging.getLogger("publish")

WORKTREE = "/srv/docs/site"


class Publisher:
    def __init__(self, worktree, dry_run=False):
        self.worktree = worktree
        self.dry_run = dry_run
        self.steps = []

    def stage(self):
        self.steps.append(f"cd {self.worktree} && git add --all")
        return self

    def commit(self, message):
        self.steps.append(
            f"cd {self.worktree} && git commit --quiet --message=" + wrap(message)
        )
        return self

    def push(self):
        self.steps.append(f"cd {self.worktree} && git push --quiet origin main")
        return self

    def run(self):
        for number, step in enumerate(self.steps, start=1):
            log.info("step %d of %d", number, len(self.steps))
            if self.dry_run:
                continue
            if os.system(step) != 0:
                raise RuntimeError(f"step {number} failed")


@cli.command()
def publish(
    message: str = typer.Argument(..., help="Message of the commit"),
    dry_run: bool = typer.Option(False, help="Only list the steps"),
):
    logging.basicConfig(level=logging.INFO)
    publisher = Publisher(WORKTREE, dry_run=dry_run)
    try:
        publisher.stage().commit(message).push().run()
    except RuntimeError as exc:
        typer.echo(str(exc), err=True)
        sys.exit(1)
    typer.echo("published")


if __name__ == "__main__":
    cli()
