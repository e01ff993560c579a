import os

from wtforms import Form, IntegerField, StringField


class Order(Form):
    folder = StringField()
    pieces = IntegerField()


def field(form: Order):
    os.system(f"ls -{form.pieces.data}")
    os.system("ls " + form.folder.data)  # expect: command-injection
