import base64
from flask import request
import intranet.db


def init(app):

    @app.route('/sqli-00/sq05', methods=['POST'])
    def sq05_post():
        RESPONSE = ""
        parts = request.path.split("/")
        param = parts[1]
        if not param:
            param = ""
        import intranet.wrappers
        scr = intranet.wrappers.RequestWrapper(request)
        bar = scr.form_value("sq05")
        tmp = base64.b64encode(bar.encode("utf-8"))
        bar = base64.b64decode(tmp).decode("utf-8")
        sql = "UPDATE users SET seen = 1 WHERE name = '%s';" % bar
        con = intranet.db.get_connection()
        con.executescript(sql)
        con.commit()
        RESPONSE += "Update complete."
        return RESPONSE
