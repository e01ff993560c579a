import os
import pickle

from kafka import KafkaConsumer


def message():
    for record in KafkaConsumer("folders"):
        os.system(b"ls " + record.value)  # expect: command-injection


def pickled():
    return KafkaConsumer("folders", value_deserializer=pickle.loads)  # expect: unsafe-deserialization


def deserialized():
    return KafkaConsumer("orders", value_deserializer=lambda raw: pickle.loads(raw))  # expect: unsafe-deserialization
