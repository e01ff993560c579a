from datetime import timedelta

import yaml


class PipelineLoader(yaml.Loader):
    """Knows the durations of a pipeline file."""


class DefinitionLoader(yaml.SafeLoader):
    """Knows the durations of a pipeline file."""


def _duration(loader, node):
    value = loader.construct_scalar(node)
    amount, unit = int(value[:-1]), value[-1]
    names = {"s": "seconds", "m": "minutes", "h": "hours"}
    return timedelta(**{names[unit]: amount}).total_seconds()


for _loader in (PipelineLoader, DefinitionLoader):
    _loader.add_constructor("!duration", _duration)
