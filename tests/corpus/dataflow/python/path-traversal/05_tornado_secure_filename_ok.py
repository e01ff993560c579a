import os.path

import tornado.web
from werkzeug.utils import secure_filename

STORE = "/srv/attachments"


class AttachmentHandler(tornado.web.RequestHandler):
    """Deletes one attachment of a ticket."""

    def delete(self):
        ticket = self.get_argument("ticket")
        name = self.get_argument("name")
        ticket = secure_filename(ticket)
        name = secure_filename(name)
        path = os.path.join(STORE, ticket, name)
        if not ticket or not name:
            raise tornado.web.HTTPError(400)
        try:
            os.remove(path)
        except FileNotFoundError:
            raise tornado.web.HTTPError(404)
        self.set_status(204)


def make_app():
    return tornado.web.Application([(r"/attachments", AttachmentHandler)])
