import pathlib
from flask import request
import intranet.texts


def init(app):

    @app.route('/pathtraver-00/pt02', methods=['POST'])
    def pt02_post():
        RESPONSE = ""
        param = request.headers.get("PT02", "")
        testfiles = pathlib.Path(intranet.texts.DATA_DIR)
        p = (testfiles / param).resolve()
        if not str(p).endswith('.txt'):
            RESPONSE += "Invalid Path."
            return RESPONSE
        if p.exists():
            RESPONSE += intranet.texts.escape_for_html(p.read_text()[:1000])
        else:
            RESPONSE += "File does not exist."
        return RESPONSE
