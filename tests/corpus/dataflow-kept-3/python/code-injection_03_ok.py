import statistics

from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

FUNCTIONS = ("mean", "median", "pstdev", "fmean")


class SummarySerializer(serializers.Serializer):
    values = serializers.ListField(child=serializers.FloatField(), min_length=1, max_length=1000)
    function = serializers.ChoiceField(choices=FUNCTIONS)
    precision = serializers.IntegerField(min_value=0, max_value=6, default=2)

    def validate_values(self, values):
        if any(v != v for v in values):
            raise serializers.ValidationError("not a number")
        return values


class SummaryView(APIView):
    serializer_class = SummarySerializer

    def get_function(self, name):
        return eval("statistics." + name, {"statistics": statistics})

    def post(self, request):
        serializer = self.serializer_class(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        function = self.get_function(data["function"])
        return Response({"result": round(function(data["values"]), data["precision"])})
