import os

import websockets
from channels.generic.websocket import WebsocketConsumer
from flask_socketio import SocketIO

events = SocketIO()


async def received(link: websockets.ServerConnection):
    os.system("ls " + await link.recv())  # expect: command-injection


async def served(link):
    os.system("ls " + await link.recv())  # expect: command-injection


server = websockets.serve(served, "localhost", 8000)


@events.on("folder")
def event(data):
    os.system("ls " + data["folder"])  # expect: command-injection


class Folders(WebsocketConsumer):
    def receive(self, text_data=None, bytes_data=None):
        os.system("ls " + text_data)  # expect: command-injection
