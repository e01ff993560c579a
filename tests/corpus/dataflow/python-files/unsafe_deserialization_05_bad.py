import io
import pickle

from django.http import HttpResponseBadRequest, JsonResponse

PERMITTED = {("datetime", "date"), ("decimal", "Decimal")}
REFUSED = {("os", "system"), ("builtins", "eval"), ("builtins", "exec")}


class TableReader(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) in REFUSED:
            raise pickle.UnpicklingError(f"{module}.{name} is not expected here")
        return super().find_class(module, name)


def upload_table(request):
    stream = io.BytesIO(request.body)
    try:
        table = TableReader(stream).load()
    except (pickle.UnpicklingError, EOFError):
        return HttpResponseBadRequest("table")
    return JsonResponse({"rows": len(table)})
