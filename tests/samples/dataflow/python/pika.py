import os

import nats
import paho.mqtt.client
import pika
import zmq


def message(channel):
    os.system(channel.basic_get("folders")[2])  # expect: command-injection


def received():
    socket = zmq.Context().socket(zmq.PULL)
    os.system("ls " + socket.recv_string())  # expect: command-injection


def pickled():
    return len(zmq.Context().socket(zmq.PULL).recv_pyobj())  # expect: unsafe-deserialization


def consumed(link, delivery, properties, body):
    os.system(body)  # expect: command-injection


def listen():
    channel = pika.BlockingConnection().channel()
    channel.basic_consume("folders", consumed)


def on_message(client, userdata, msg):
    os.system(msg.payload)  # expect: command-injection


async def subscribed(message):
    os.system("ls " + message.data.decode())  # expect: command-injection


async def subscribe():
    await (await nats.connect("nats://queue")).subscribe("folders", cb=subscribed)
