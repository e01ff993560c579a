import time


def ticks():
    return time.time_ns() // 1_000_000


def in_days(days):
    return int(time.time()) + days * 86_400
