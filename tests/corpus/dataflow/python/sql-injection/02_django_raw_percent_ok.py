from django.db import models
from django.http import JsonResponse


class Ticket(models.Model):
    owner = models.CharField(max_length=80)
    state = models.CharField(max_length=20)

    class Meta:
        app_label = "desk"


def tickets(request):
    owner = request.GET.get("owner", "")
    state = request.GET.get("state", "open")
    query = "SELECT * FROM desk_ticket WHERE owner = %s AND state = %s"
    found = Ticket.objects.raw(query, [owner, state])
    return JsonResponse({"ids": [ticket.pk for ticket in found]})


def count(request):
    return JsonResponse({"open": Ticket.objects.filter(state="open").count()})
