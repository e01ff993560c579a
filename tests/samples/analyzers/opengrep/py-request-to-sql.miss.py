def f():
    name = request.args["name"]
    query = "SELECT * FROM t WHERE n = %s"
    cursor.execute(query, (name,))
