import json
import os

from kafka import KafkaConsumer


def store(event):
    print(event["id"], len(event.get("lines", [])))


def consumer():
    return KafkaConsumer(
        "orders",
        bootstrap_servers=os.environ["BROKERS"].split(","),
        group_id="billing",
        key_deserializer=lambda raw: json.loads(raw) if raw else None,
        value_deserializer=json.loads,
    )


def main():
    for record in consumer():
        store(record.value)


if __name__ == "__main__":
    main()
