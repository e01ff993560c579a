import json
import pickle


class Codec:
    def decode(self, data):
        raise NotImplementedError


class JsonCodec(Codec):
    def decode(self, data):
        return json.loads(data)


class NativeCodec(Codec):
    def decode(self, data):
        return pickle.loads(data)


CODECS = {"application/json": JsonCodec(), "application/x-python": NativeCodec()}


def codec_for(media_type, default="application/json"):
    return CODECS.get(media_type) or CODECS[default]
