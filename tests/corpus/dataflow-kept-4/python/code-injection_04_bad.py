import json
from types import SimpleNamespace

import tornado.web
import tornado.websocket

config = SimpleNamespace(
    heater=SimpleNamespace(target=20.5, hysteresis=0.5),
    pump=SimpleNamespace(speed=40.0),
)

SETTABLE = {"heater.target", "heater.hysteresis", "pump.speed"}


class ControlSocket(tornado.websocket.WebSocketHandler):
    def check_origin(self, origin):
        return origin == "https://boiler.example"

    def on_message(self, message):
        try:
            answer = self.dispatch(json.loads(message))
        except (ValueError, TypeError):
            answer = {"ok": False}
        self.write_message(json.dumps(answer))

    def dispatch(self, command):
        match command:
            case {"op": "set", "path": str(path), "value": value} if path in SETTABLE:
                exec(f"config.{path} = {value}", {"config": config})
                return {"ok": True}
            case {"op": "get", "path": str(path)} if path in SETTABLE:
                value = eval(f"config.{path}", {"config": config})
                return {"ok": True, "value": float(value)}
            case _:
                return {"ok": False}


def make_app():
    return tornado.web.Application([(r"/control", ControlSocket)])
