import os

import pika
import typer

from helper_09_pika_exception_helper_bad import UnknownJob, resolve

cli = typer.Typer()


def on_message(channel, method, properties, body):
    try:
        command = resolve(body.decode())
    except UnknownJob as problem:
        command = "logger -t jobs unknown " + problem.args[0]
    os.system(command)
    channel.basic_ack(delivery_tag=method.delivery_tag)


@cli.command()
def main(host: str = "mq.example.com", queue: str = "jobs"):
    connection = pika.BlockingConnection(pika.ConnectionParameters(host))
    channel = connection.channel()
    channel.basic_consume(queue=queue, on_message_callback=on_message)
    channel.start_consuming()


if __name__ == "__main__":
    cli()
