import io

from flask import jsonify, request
from mako.template import Template


def init(app):

    @app.post("/badge")
    def badge():
        document = request.get_data(as_text=True)
        holder = io.StringIO()
        holder.write("Badge for ${owner}\n")
        mark = holder.tell()
        holder.write(document)
        holder.seek(0)
        holder.truncate(mark)
        template = Template(holder.read(), default_filters=["h"])
        rendered = template.render(owner="staff")
        return jsonify(lines=rendered.count("\n"))
