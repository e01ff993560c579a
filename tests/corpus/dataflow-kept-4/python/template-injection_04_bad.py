import functools

from bottle import Bottle, request, response, template

app = Bottle()

GREETINGS = {"en": "Hello", "nl": "Hallo", "sv": "Hej"}


def plain(view):
    @functools.wraps(view)
    def wrapper(*args, **kwargs):
        source, values = view(*args, **kwargs)
        response.content_type = "text/plain; charset=utf-8"
        response.set_header("X-Content-Type-Options", "nosniff")
        return template(source, **values)

    return wrapper


@app.get("/greet/<name>")
@plain
def greet(name):
    language = request.query.get("lang", "en")
    word = GREETINGS.get(language, "Hello")
    lines = [word + " {{name}}", "{{day}}"]
    signature = request.query.getunicode("signature", "")
    if signature:
        lines.append("-- " + signature)
    return "\n".join(lines) + "\n", {"name": name, "day": "today", "signature": signature}


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=8050)
