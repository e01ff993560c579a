import contextlib
import html
import uuid

from django.db import connection
from django.http import HttpResponseBadRequest, JsonResponse


@contextlib.contextmanager
def reading():
    cursor = connection.cursor()
    try:
        yield cursor
    finally:
        cursor.close()


def normal(reference):
    return str(uuid.UUID(reference.strip()))


def shipment(request, reference):
    try:
        key = normal(reference)
    except ValueError:
        return HttpResponseBadRequest("unknown reference", content_type="text/plain")
    with reading() as cursor:
        cursor.execute("SELECT state FROM shipment WHERE reference = '%s'" % key)
        row = cursor.fetchone()
    return JsonResponse({"state": row[0] if row else None})
