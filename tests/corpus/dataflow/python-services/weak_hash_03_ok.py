import hashlib
import logging

import click

from accounts.digests import PASSWORD_ROUNDS
from accounts.passwords import PasswordFile

log = logging.getLogger(__name__)

PATH = "/etc/shop/operators.json"


class OperatorFile(PasswordFile):
    def digest(self, password, salt):
        secret = password.encode("utf-8")
        value = hashlib.pbkdf2_hmac("sha256", secret, salt, PASSWORD_ROUNDS)
        return value


def check_length(context, parameter, value):
    if len(value) < 12:
        raise click.BadParameter("twelve characters or more")
    return value


@click.group()
@click.option("-v", "--verbose", is_flag=True)
def operators(verbose):
    """The people who may operate the shop."""
    logging.basicConfig(level=logging.DEBUG if verbose else logging.WARNING)


@operators.command("set-password")
@click.argument("name")
@click.password_option(callback=check_length)
def set_password(name, password):
    try:
        OperatorFile(PATH).set(name, password)
    except OSError as exc:
        log.error("the file could not be written")
        raise click.ClickException("password was not set") from exc
    click.echo("password was set")


@operators.command("count")
def count():
    click.echo(len(OperatorFile(PATH).load()))


if __name__ == "__main__":
    operators()
