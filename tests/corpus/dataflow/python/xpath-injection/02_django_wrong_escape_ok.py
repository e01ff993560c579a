import html
import re

from django.http import Http404, JsonResponse
from lxml import etree

CATALOGUE = etree.parse("/srv/catalogue/books.xml")
ISBN = re.compile(r"[0-9Xx-]{10,17}")


def clean(value):
    if not ISBN.fullmatch(value):
        raise Http404("no such book")
    return value


def book(request):
    isbn = clean(request.GET.get("isbn", ""))
    nodes = CATALOGUE.xpath("/books/book[isbn='" + isbn + "']/title/text()")
    if not nodes:
        raise Http404("no such book")
    return JsonResponse({"title": str(nodes[0])})
