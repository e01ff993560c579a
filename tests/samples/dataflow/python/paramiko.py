import flask
import paramiko


def executed():
    paramiko.SSHClient().exec_command("ls " + flask.request.args["folder"])  # expect: command-injection


def copied():
    paramiko.SSHClient().open_sftp().get("/srv/" + flask.request.args["file"], "/tmp/copy")  # expect: path-traversal


def opened():
    paramiko.SSHClient().open_sftp().remove("/srv/" + flask.request.args["file"])  # expect: path-traversal
