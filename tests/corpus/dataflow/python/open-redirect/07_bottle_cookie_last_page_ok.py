from bottle import Bottle, redirect, request, response

app = Bottle()
PAGES = ["/", "/cart", "/account"]


def choices():
    last = request.get_cookie("last_page")
    chosen = request.query.get("to")
    return {"cookie": last, "query": chosen}


@app.get("/resume")
def resume():
    offered = choices()
    target = next((page for page in PAGES if page in offered.values()), PAGES[0])
    return redirect(target, 303)


@app.get("/cart")
def cart():
    response.set_cookie("last_page", "/cart", secure=True, httponly=True)
    return {"page": "cart"}


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=8083)
