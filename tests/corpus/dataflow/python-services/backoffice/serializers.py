from rest_framework import serializers


class StockQuery(serializers.Serializer):
    warehouse = serializers.CharField(max_length=60)
    minimum = serializers.IntegerField(min_value=0, default=0)

    def validate_warehouse(self, value):
        if value.strip() == "":
            raise serializers.ValidationError("a warehouse is needed")
        return value


class StockFilter(serializers.Serializer):
    warehouse = serializers.IntegerField(min_value=1)
    minimum = serializers.IntegerField(min_value=0, default=0)
