import requests
from flask import Flask, request, jsonify
from urllib.parse import quote

app = Flask(__name__)
API = "https://weather.example.com"
session = requests.Session()


@app.get("/weather")
def weather():
    city = request.args.get("city", "Bern")
    r = session.get(API + "/v1/city/" + quote(city, safe=""))
    return jsonify(r.json())
