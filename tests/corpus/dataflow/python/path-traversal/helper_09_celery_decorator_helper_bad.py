import functools
import os


def within(root):
    base = os.path.realpath(root)

    def decorate(function):
        @functools.wraps(function)
        def call(name):
            path = os.path.realpath(os.path.join(base, name))
            if os.path.commonprefix([path, base]) != base:
                raise ValueError(name)
            return function(path)

        return call

    return decorate
