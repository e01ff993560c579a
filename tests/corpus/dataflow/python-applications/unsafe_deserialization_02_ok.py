import json
import tomllib
from collections.abc import Callable

import yaml
from fastapi import FastAPI, HTTPException, Request

app = FastAPI()
READERS: dict[str, Callable] = {}


def reader(*media_types):
    def register(func):
        for media_type in media_types:
            READERS[media_type] = func
        return func
    return register


@reader("application/json")
def read_json(data: bytes):
    return json.loads(data)


@reader("application/toml")
def read_toml(data: bytes):
    return tomllib.loads(data.decode())


@reader("application/yaml", "text/yaml")
def read_yaml(data: bytes):
    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    return yaml.load(data, Loader=loader)


@app.post("/pipelines/check")
async def check_pipeline(request: Request):
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    read = READERS.get(kind)
    if read is None:
        raise HTTPException(status_code=415)
    try:
        config = read(await request.body())
    except (ValueError, yaml.YAMLError) as error:
        raise HTTPException(status_code=422, detail="not readable") from error
    if not isinstance(config, dict):
        raise HTTPException(status_code=422, detail="mapping expected")
    return {"stages": len(config.get("stages", []))}
