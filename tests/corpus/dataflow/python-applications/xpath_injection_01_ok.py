from flask import Flask, abort, jsonify, request

from catalogue.documents import load, texts

app = Flask(__name__)


class SubscriberRepository:
    def __init__(self, document):
        self._document = document

    def magazines(self, email, pin):
        return self._document.xpath(
            "//subscriber[@email=$email and @pin=$pin]/magazine", email=email, pin=pin
        )


class SubscriberService:
    def __init__(self, repository):
        self._repository = repository

    def titles(self, credentials):
        nodes = self._repository.magazines(**credentials)
        return sorted(texts(nodes))


@app.post("/subscriptions")
def subscriptions():
    form = request.form
    if not {"email", "pin"} <= form.keys():
        abort(400)
    service = SubscriberService(SubscriberRepository(load("subscribers")))
    return jsonify(titles=service.titles({"email": form["email"], "pin": form["pin"]}))
