from wsgiref.simple_server import make_server

from mako.template import Template
from pyramid.config import Configurator
from pyramid.response import Response
from pyramid.view import view_config

OPENING = "Invoice for ${customer}\n=====================\n\n"
CLOSING = "\n\nTotal: ${'%.2f' % total} EUR\n"


def invoice_text(note, **values):
    note = note.replace("${", "$ {").strip()
    body = Template(OPENING + "${note}" + CLOSING)
    return body.render(note=note, **values)


@view_config(route_name="invoice", request_method="POST")
def invoice(request):
    note = request.POST.get("note", "")[:2000]
    text = invoice_text(note, customer="Sample customer", total=119.0)
    return Response(text, content_type="text/plain", charset="utf-8")


def main():
    with Configurator() as config:
        config.add_route("invoice", "/invoice/preview")
        config.scan(__name__)
        return config.make_wsgi_app()


if __name__ == "__main__":
    make_server("127.0.0.1", 6543, main()).serve_forever()
