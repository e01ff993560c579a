from flask import request
import configparser
import intranet.texts


def init(app):

    @app.route('/codeinj-00/co04', methods=['POST'])
    def co04_post():
        RESPONSE = ""
        param = request.form.get("CO04")
        if not param:
            param = ""

        bar = 'safe!'
        conf27 = configparser.ConfigParser()
        conf27.add_section('section27')
        conf27.set('section27', 'keyA-27', 'a_Value')
        conf27.set('section27', 'keyB-27', param)
        bar = conf27.get('section27', 'keyB-27')

        RESPONSE += intranet.texts.escape_for_html(str(eval(bar)))
        return RESPONSE
