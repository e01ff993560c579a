import elementpath
from flask import request
import intranet.xmlutil
import intranet.texts


def init(app):

    @app.route('/xpathi-00/xp03', methods=['GET'])
    def xp03_get():
        RESPONSE = ""
        param = request.args.get("XP03", "")
        string = "help"
        string += param
        string += "snapes on a plane"
        bar = string[4:-17]
        root = intranet.xmlutil.employees()
        bar = bar.replace('\'', '&apos;')
        nodes = elementpath.select(root, f"/Employees/Employee[@emplid='{bar}']")
        for node in nodes:
            RESPONSE += intranet.texts.escape_for_html(intranet.xmlutil.to_text(node))
        return RESPONSE
