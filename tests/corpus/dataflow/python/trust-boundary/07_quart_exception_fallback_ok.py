from decimal import Decimal, InvalidOperation

from quart import Quart, jsonify, request, session

app = Quart(__name__)
app.config.from_prefixed_env()
app.config["SESSION_COOKIE_SECURE"] = True


@app.post("/budget")
async def budget():
    form = await request.form
    text = form.get("amount", "0")
    try:
        amount = str(min(Decimal(text), Decimal(1000)))
    except InvalidOperation:
        amount = "0"
    session["budget"] = amount
    return jsonify(stored=True)


@app.get("/budget")
async def show():
    return jsonify(set="budget" in session)
