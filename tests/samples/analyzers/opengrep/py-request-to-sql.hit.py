def f():
    name = request.args["name"]
    query = "SELECT * FROM t WHERE n = '" + name + "'"
    cursor.execute(query)
