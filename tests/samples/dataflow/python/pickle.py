import io
import marshal
import pickle
import shelve

import flask
import numpy
import torch


def loaded():
    return len(pickle.loads(flask.request.get_data()))  # expect: unsafe-deserialization


def unpickled():
    return len(pickle.Unpickler(io.BytesIO(flask.request.get_data())).load())  # expect: unsafe-deserialization


def decoded():
    return len(marshal.loads(flask.request.get_data()))  # expect: unsafe-deserialization


def shelved():
    return len(shelve.open(flask.request.args["shelf"]))  # expect: unsafe-deserialization


def array():
    numpy.load(flask.request.files["array"].stream)
    return numpy.load(flask.request.files["array"].stream, allow_pickle=True).shape  # expect: unsafe-deserialization


def model():
    torch.load(flask.request.files["model"].stream, weights_only=True)
    return len(torch.load(flask.request.files["model"].stream, weights_only=False))  # expect: unsafe-deserialization
