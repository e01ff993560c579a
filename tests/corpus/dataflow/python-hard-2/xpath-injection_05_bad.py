import xml.etree.ElementTree as ET

from elementpath import ElementPathError, select
from sanic import Sanic
from sanic.response import json

app = Sanic("timetable")
TRAINS = ET.parse("trains.xml").getroot()


def wanted(request):
    station = request.args.get("station", "")
    after = request.args.get("after", "00:00")
    hour, _, minute = after.partition(":")
    return station, int(hour) * 60 + int(minute or 0)


@app.get("/departures")
async def departures(request):
    try:
        station, minutes = wanted(request)
        nodes = select(
            TRAINS,
            f'.//train[@staff="no"]/stop[@station="{station}" and number(@minute) >= $minutes]',
            variables={"minutes": minutes},
        )
    except (ValueError, ElementPathError):
        return json({"error": "unusable query"}, status=400)
    found = [{"line": node.get("line"), "minute": node.get("minute")} for node in nodes]
    return json({"departures": sorted(found, key=lambda stop: int(stop["minute"]))})


@app.get("/stations")
async def stations(_request):
    names = {stop.get("station") for stop in TRAINS.iter("stop")}
    return json({"stations": sorted(names)})


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=8001, single_process=True)
