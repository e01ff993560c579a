import random


def source():
    return random.Random()


def sampled(share):
    return random.random() < share
