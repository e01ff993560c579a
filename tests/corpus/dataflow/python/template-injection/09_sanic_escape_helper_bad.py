from sanic import Sanic, response

from helper_09_sanic_escape_helper_bad import Mailer

app = Sanic("mailer")
MAILER = Mailer("The Example Team")


@app.post("/mails")
async def create(request):
    body = request.json or {}
    subject = str(body.get("subject", ""))[:80]
    text = MAILER.compose(subject=subject, reader=str(body.get("reader", "")))
    await MAILER.queue(text)
    return response.json({"queued": len(text)})


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=8000)
