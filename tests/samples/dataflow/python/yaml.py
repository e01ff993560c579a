import flask
import ruamel.yaml
import yaml


class Extended(yaml.Loader):
    pass


class Restricted(yaml.SafeLoader):
    pass


def loaded():
    yaml.safe_load(flask.request.get_data())
    return len(yaml.load(flask.request.get_data()))  # expect: unsafe-deserialization


def loaded_by_name(loader):
    yaml.load(flask.request.get_data(), Loader=yaml.SafeLoader)
    yaml.load(flask.request.get_data(), Loader=Restricted)
    yaml.load(flask.request.get_data(), Loader=loader)
    yaml.load(flask.request.get_data(), Loader=Extended)  # expect: unsafe-deserialization
    return len(yaml.load(flask.request.get_data(), Loader=yaml.CLoader))  # expect: unsafe-deserialization


def unsafely_loaded():
    return len(yaml.unsafe_load(flask.request.get_data()))  # expect: unsafe-deserialization


def read_by_loader():
    return len(yaml.Loader(flask.request.get_data()).get_data())  # expect: unsafe-deserialization


def loaded_by_ruamel():
    return len(ruamel.yaml.load(flask.request.get_data(), ruamel.yaml.Loader))  # expect: unsafe-deserialization


def unsafe_object():
    ruamel.yaml.YAML(typ="safe").load(flask.request.get_data())
    return len(ruamel.yaml.YAML(typ="unsafe").load(flask.request.get_data()))  # expect: unsafe-deserialization
