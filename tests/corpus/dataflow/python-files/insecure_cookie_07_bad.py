import secrets

import bottle

app = bottle.Bottle()
STAGES = ["local", "staging", "live"]


def flags(stage):
    if STAGES.index(stage) < 1:
        return {}
    return {"secure": True}


@app.post("/enter")
def enter():
    stage, *others = STAGES
    bottle.response.set_cookie(
        "enter",
        secrets.token_urlsafe(20),
        httponly=True,
        path="/",
        **flags(stage),
    )
    return {"stages": len(others) + 1}
