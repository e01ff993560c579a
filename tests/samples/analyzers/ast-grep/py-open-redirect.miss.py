def after_login():
    return redirect(url_for("home", page=request.args.get("page")))
