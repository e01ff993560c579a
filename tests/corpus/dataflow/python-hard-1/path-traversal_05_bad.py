import io
import os
import tarfile
from uuid import uuid4

from celery import Celery

app = Celery("bundles", broker=os.environ["BROKER_URL"])
app.conf.update(task_serializer="json", accept_content=["json"], result_backend="rpc://")
INBOX = "/srv/bundles"
LIMIT = 200


class BundleTooLarge(Exception):
    pass


def selected(archive):
    for count, member in enumerate(archive, start=1):
        if count > LIMIT:
            raise BundleTooLarge()
        if member.isfile() or member.isdir():
            yield member


@app.task(name="bundles.unpack")
def unpack(hex_bundle):
    folder = os.path.join(INBOX, uuid4().hex)
    os.makedirs(folder)
    stored = 0
    with tarfile.open(fileobj=io.BytesIO(bytes.fromhex(hex_bundle)), mode="r:gz") as archive:
        for member in selected(archive):
            try:
                archive.extract(member, folder, filter="fully_trusted")
            except tarfile.FilterError:
                continue
            stored += 1
    return stored
