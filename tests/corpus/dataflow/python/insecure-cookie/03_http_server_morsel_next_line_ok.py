import secrets
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, HTTPServer

SESSIONS = set()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        session_id = secrets.token_hex(16)
        SESSIONS.add(session_id)
        jar = SimpleCookie()
        jar["sid"] = session_id
        jar["sid"]["httponly"] = True
        jar["sid"]["path"] = "/"
        jar["theme"] = "dark"
        jar["theme"]["secure"] = True
        jar["sid"]["secure"] = True
        self.send_response(204)
        for morsel in jar.values():
            self.send_header("Set-Cookie", morsel.OutputString())
        self.end_headers()


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", 8000), Handler).serve_forever()
