@csrf_exempt
def transfer(request):
    move(request.POST["to"])
