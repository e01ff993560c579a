import os

import bcrypt
import click
import redis
from faker import Faker

fake = Faker()


def profile():
    return {"login": fake.unique.user_name(), "name": fake.name(), "city": fake.city()}


def first_password(words=5):
    return fake.password(length=words * 5, special_chars=False)


@click.group()
@click.pass_context
def cli(ctx):
    ctx.obj = redis.Redis.from_url(os.environ.get("REDIS_URL", "redis://localhost:6379/0"))


@cli.command()
@click.argument("count", type=click.IntRange(1, 200))
@click.pass_obj
def trainees(db, count):
    """Create accounts for a course and print the initial passwords."""
    for _ in range(count):
        person = profile()
        password = first_password()
        person["password_hash"] = bcrypt.hashpw(password.encode(), bcrypt.gensalt())
        db.hset(f"account:{person['login']}", mapping=person)
        click.echo(f"{person['login']}\t{password}")


@cli.command()
@click.pass_obj
def clear(db):
    """Remove all the course accounts."""
    for key in db.scan_iter("account:*"):
        db.delete(key)


if __name__ == "__main__":
    cli()
