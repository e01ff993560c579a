def download():
    return send_file(os.path.join(FOLDER, FILES[name]))
