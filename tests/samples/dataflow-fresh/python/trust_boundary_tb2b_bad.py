from flask import Blueprint, request, session

bp = Blueprint("wizard", __name__)


class Step:
    def __init__(self, form):
        self._form = form

    @property
    def choice(self):
        return self._form.get("choice", "a")


@bp.post("/wizard")
def wizard():
    step = Step(request.form)
    session.setdefault("choices", step.choice)
    return "ok"
