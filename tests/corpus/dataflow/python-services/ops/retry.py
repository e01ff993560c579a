import functools
import logging
import random
import time

log = logging.getLogger(__name__)


def retried(times, pause=0.5):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for attempt in range(1, times + 1):
                try:
                    return function(*args, **kwargs)
                except OSError:
                    if attempt == times:
                        raise
                    log.info("attempt %d failed", attempt)
                    time.sleep(pause * attempt * random.uniform(0.8, 1.2))

        return wrapper

    return decorate
