import markdown
import nh3
from sanic import Sanic
from sanic.response import html as html_response

app = Sanic("notes")
FRAME = "<!doctype html><html><body><article>%s</article></body></html>"


def to_html(source):
    return markdown.markdown(source, extensions=["tables", "sane_lists"])


def polish(source):
    return to_html(nh3.clean(source))


@app.post("/notes/preview")
async def preview(request):
    note = request.form.get("note") or ""
    if len(note) > 20_000:
        return html_response(FRAME % "<p>Too long.</p>", status=413)
    return html_response(FRAME % polish(note))


@app.get("/notes/help")
async def help_page(request):
    return html_response(FRAME % to_html("# Help\n\nWrite *Markdown* here."))


if __name__ == "__main__":
    app.run(port=8010)
