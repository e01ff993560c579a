import asyncio
import json
import os

from aiokafka import AIOKafkaConsumer

from helper_09_kafka_client_helper_ok import Notifier


async def consume():
    consumer = AIOKafkaConsumer("deliveries", bootstrap_servers=os.environ["BROKERS"])
    await consumer.start()
    try:
        async with Notifier() as notifier:
            async for record in consumer:
                event = json.loads(record.value)
                await notifier.send(event.get("callback", ""), {"delivery": event["id"]})
    finally:
        await consumer.stop()


if __name__ == "__main__":
    asyncio.run(consume())
