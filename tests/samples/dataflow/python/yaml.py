import flask
import ruamel.yaml
import yaml


def loaded():
    yaml.load(flask.request.get_data(), Loader=yaml.SafeLoader)
    yaml.safe_load(flask.request.get_data())
    return len(yaml.load(flask.request.get_data(), Loader=yaml.UnsafeLoader))  # expect: unsafe-deserialization


def unsafely_loaded():
    return len(yaml.unsafe_load(flask.request.get_data()))  # expect: unsafe-deserialization


def read_by_loader():
    return len(yaml.Loader(flask.request.get_data()).get_data())  # expect: unsafe-deserialization


def loaded_by_ruamel():
    return len(ruamel.yaml.load(flask.request.get_data(), ruamel.yaml.Loader))  # expect: unsafe-deserialization


def unsafe_object():
    ruamel.yaml.YAML(typ="safe").load(flask.request.get_data())
    return len(ruamel.yaml.YAML(typ="unsafe").load(flask.request.get_data()))  # expect: unsafe-deserialization
