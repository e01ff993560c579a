def download():
    return send_file(os.path.join(FOLDER, request.args["file"]))
