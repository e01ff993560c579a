import html

from flask import Flask

from helpdesk import pages, params, store

app = Flask(__name__)


def search_box(term):
    shown = html.escape(term, quote=True)
    return pages.tag(
        "form",
        "<input name='q' value='%s'><button>Search</button>" % shown,
        action="/search", method="get",
    )


def result_list(found):
    items = (
        pages.tag("li", html.escape(row["subject"]), class_="ticket", data_id=int(row["id"]))
        for row in found
    )
    return pages.tag("ul", "".join(items))


@app.get("/search")
def search():
    term = params.text("q")
    found = store.rows(
        "SELECT id, subject FROM tickets WHERE subject LIKE ? LIMIT 50", (f"%{term}%",)
    )
    return pages.page(search_box(term), result_list(found))
