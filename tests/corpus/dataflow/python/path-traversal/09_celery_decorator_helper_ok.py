import shutil

from celery import Celery

from helper_09_celery_decorator_helper_ok import within

app = Celery("exports", broker="redis://queue.example.com/1")


@within("/srv/exports")
def remove(path):
    shutil.rmtree(path)
    return path


@app.task(bind=True)
def remove_export(self, message):
    try:
        remove(message["folder"])
    except (ValueError, FileNotFoundError) as exc:
        return {"removed": False, "reason": type(exc).__name__}
    return {"removed": True}
