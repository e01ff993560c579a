import json
import os

import psycopg2
from kafka import KafkaConsumer


def columns_for(message):
    columns = ["id", "name"]
    columns.append(message["extra"])
    columns.append("changed")
    columns.pop(0)
    return columns


def copy_row(conn, message):
    statement = "INSERT INTO mirror SELECT %s FROM people WHERE id = %%s"
    statement = statement % ", ".join(columns_for(message))
    with conn, conn.cursor() as cursor:
        cursor.execute(statement, (message["id"],))


def main():
    conn = psycopg2.connect(os.environ["DATABASE_URL"])
    consumer = KafkaConsumer("people", bootstrap_servers=os.environ["BROKERS"])
    for record in consumer:
        copy_row(conn, json.loads(record.value))


if __name__ == "__main__":
    main()
