import logging

from django.db import DatabaseError, connection
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from backoffice.serializers import StockFilter

log = logging.getLogger(__name__)

STOCK = """
    SELECT p.sku, SUM(s.units)
    FROM stock s JOIN product p ON p.id = s.product_id
    WHERE s.warehouse_id = %(warehouse)s
    GROUP BY p.sku HAVING SUM(s.units) >= %(minimum)d
"""


class StockView(APIView):
    permission_classes = [IsAuthenticated]
    serializer_class = StockFilter

    def post(self, request):
        serializer = self.serializer_class(data=request.data)
        serializer.is_valid(raise_exception=True)
        query = self.build_query(**serializer.validated_data)
        try:
            stock = dict(self.fetch(query))
        except DatabaseError:
            log.exception("stock report failed")
            return Response({"detail": "not available"}, status=503)
        return Response({"stock": stock})

    def build_query(self, **filters):
        return STOCK % filters

    def fetch(self, query):
        with connection.cursor() as cursor:
            cursor.execute(query)
            yield from cursor.fetchall()
