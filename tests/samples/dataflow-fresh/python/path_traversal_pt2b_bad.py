import pathlib
from flask import request
import intranet.texts
from intranet.texts import DATA_DIR


def init(app):

    @app.route('/pathtraver-00/zpt2', methods=['POST'])
    def zpt2_post():
        RESPONSE = ""
        param = request.values.get("zpt2", "")
        if "../" in param and "..\\" in param:
            return "bad name"
        target = pathlib.Path(DATA_DIR).joinpath("notes", param).with_suffix(".txt")
        if target.is_file():
            with target.open() as handle:
                RESPONSE += intranet.texts.escape_for_html(handle.readline())
        return RESPONSE
