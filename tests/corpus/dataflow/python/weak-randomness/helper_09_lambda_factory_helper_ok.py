import random


def source():
    return random.SystemRandom()


def sampled(share):
    return random.random() < share
