from flask import Flask, jsonify, request

from store.repository import Condition, ProductRepository

app = Flask(__name__)
products = ProductRepository()


@app.get("/products")
def search():
    condition = Condition()
    if brand := request.args.get("brand"):
        condition.equals("brand", brand)
    if colour := request.args.get("colour"):
        condition.equals("colour", colour.lower())
    return jsonify(products.select(str(condition), condition.values))
