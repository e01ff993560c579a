def after_login():
    return redirect(request.args.get("next"))
