@csrf_protect
def transfer(request):
    move(request.POST["to"])
