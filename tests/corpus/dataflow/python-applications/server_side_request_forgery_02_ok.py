from enum import StrEnum

import requests
from flask import Flask, jsonify, request

app = Flask(__name__)


class Region(StrEnum):
    NORTH = "north"
    SOUTH = "south"
    COAST = "coast"

    @classmethod
    def _missing_(cls, value):
        return cls.NORTH


class WeatherGateway:
    pattern = "https://{region}.weather.example/v2/{kind}"

    def __init__(self, session=None):
        self.session = session or requests.Session()

    def fetch(self, region, kind="today"):
        url = self.pattern.format(region=region, kind=kind)
        with self.session.get(url, timeout=4, allow_redirects=False) as answer:
            answer.raise_for_status()
            return answer.json()


@app.get("/weather")
def weather():
    raw = request.args.get("region", "").lower()
    region = raw and Region(raw) or Region.NORTH
    try:
        data = WeatherGateway().fetch(region)
    except requests.RequestException:
        return jsonify(error="no data"), 502
    return jsonify(temperature=data.get("temperature"))
