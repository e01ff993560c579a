import json


def to_json(value):
    return json.dumps(value, ensure_ascii=True, sort_keys=True)


def to_script(value):
    text = json.dumps(value, ensure_ascii=True, sort_keys=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
