"""Lambda behind the gateway: archives a list of notes."""
import json
import os
import sqlite3


def archive(connection, ids):
    marks = ", ".join("?" for _ in ids)
    cursor = connection.execute(
        f"UPDATE notes SET archived = 1 WHERE id IN ({marks}) AND locked = 0", ids
    )
    return cursor.rowcount


def reply(status, **content):
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(content),
    }


def handler(event, context):
    try:
        ids = json.loads(event["body"])["ids"]
    except (KeyError, TypeError, ValueError):
        return reply(400, error="ids missing")
    if not isinstance(ids, list) or not 0 < len(ids) <= 100:
        return reply(400, error="between 1 and 100 ids")
    ids = [str(note) for note in ids]
    connection = sqlite3.connect(os.environ["NOTES_DB"])
    try:
        with connection:
            count = archive(connection, ids)
    finally:
        connection.close()
    return reply(200, archived=count)
