from django.db import models


class Sale(models.Model):
    customer = models.CharField(max_length=200)
    total = models.DecimalField(max_digits=10, decimal_places=2)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "backoffice"


class Product(models.Model):
    name = models.CharField(max_length=200)
    sku = models.CharField(max_length=40)
    warehouse = models.IntegerField()

    class Meta:
        app_label = "backoffice"
