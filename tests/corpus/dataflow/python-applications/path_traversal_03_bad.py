from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.views.decorators.http import require_safe

from archive.storage import Denied, ReportStorage

STORAGE = ReportStorage("/srv/reports")


class ReportService:
    def __init__(self, storage):
        self.storage = storage

    def open(self, year, name):
        path = self.storage.near(f"{year:04d}/{name}.pdf")
        return open(path, "rb")


@login_required
@require_safe
def download(request, year):
    name = request.GET.get("name", "summary")
    try:
        handle = ReportService(STORAGE).open(int(year), name)
    except (Denied, FileNotFoundError) as error:
        raise Http404("no report") from error
    return FileResponse(handle, as_attachment=True, filename="report.pdf")
