from django.contrib.auth.hashers import MD5PasswordHasher as Hasher
from django.db import models
from rest_framework import generics, serializers


class Subscriber(models.Model):
    email = models.EmailField(unique=True)
    passphrase = models.CharField(max_length=200)

    class Meta:
        app_label = "newsletter"


class SubscriberSerializer(serializers.ModelSerializer):
    passphrase = serializers.CharField(write_only=True, min_length=12)

    class Meta:
        model = Subscriber
        fields = ("id", "email", "passphrase")

    def create(self, validated_data):
        raw = validated_data.pop("passphrase")
        hasher = Hasher()
        validated_data["passphrase"] = hasher.encode(raw, hasher.salt())
        return super().create(validated_data)


class SubscriberCreate(generics.CreateAPIView):
    queryset = Subscriber.objects.all()
    serializer_class = SubscriberSerializer
