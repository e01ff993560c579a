"""Consumes threshold rules and readings and raises alerts."""
import json
import logging

from kafka import KafkaConsumer

log = logging.getLogger("alerts")
COMPARISONS = {"<", "<=", "==", "!=", ">=", ">"}


def exceeded(rule, reading):
    value = float(reading)
    limit = float(rule["limit"])
    comparison = rule.get("comparison", ">")
    if comparison not in COMPARISONS:
        raise ValueError("unknown comparison")
    return eval(f"value {comparison} limit")


def handle(message):
    event = json.loads(message.value)
    for rule in event["rules"]:
        try:
            if exceeded(rule, event["reading"]):
                log.warning("sensor %s: rule %s", event["sensor"], rule["name"])
        except (KeyError, TypeError, ValueError) as exc:
            log.error("bad rule: %s", type(exc).__name__)


def main():
    consumer = KafkaConsumer(
        "sensor-readings",
        bootstrap_servers="kafka.example.org:9092",
        group_id="alerts",
    )
    for message in consumer:
        handle(message)


if __name__ == "__main__":
    main()
