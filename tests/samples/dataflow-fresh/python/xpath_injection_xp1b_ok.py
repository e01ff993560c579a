from flask import request
import elementpath
import lxml.etree
import intranet.texts


def init(app):

    @app.route('/xpathi-00/zxp1', methods=['POST'])
    def zxp1_post():
        RESPONSE = ""
        param = request.form.get("zxp1", "")
        root = lxml.etree.parse(f'{intranet.texts.DATA_DIR}/employees.xml')
        query = "/Employees/Employee[@emplid=$name and @x='1']"
        nodes = root.xpath(query, name=param)
        for node in nodes:
            RESPONSE += intranet.texts.escape_for_html(node.text)
        return RESPONSE
