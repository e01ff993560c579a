"""Shows the state of a systemd unit on one of our hosts."""
import paramiko
from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpResponseBadRequest, JsonResponse
from django.views.decorators.http import require_POST


class RemoteHost:
    def __init__(self, address):
        self.client = paramiko.SSHClient()
        self.client.load_system_host_keys()
        self.client.connect(address, username="monitor", timeout=5)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.client.close()

    def output_of(self, command):
        _, stdout, _ = self.client.exec_command(command, timeout=10)
        return stdout.read().decode("utf-8", "replace")


@staff_member_required
@require_POST
def unit_status(request, host_id):
    address = settings.MONITORED_HOSTS.get(host_id)
    unit = request.POST.get("unit", "").strip()
    if address is None or not unit:
        return HttpResponseBadRequest("unknown host or no unit")
    command = "systemctl status --no-pager -- " + '"%s"' % unit
    with RemoteHost(address) as host:
        text = host.output_of(command)
    return JsonResponse({"host": host_id, "lines": text.splitlines()})
