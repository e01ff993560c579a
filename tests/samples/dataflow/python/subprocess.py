import asyncio
import subprocess
import sys
import flask
import pexpect


def shell():
    subprocess.run("ls " + flask.request.args["folder"], shell=True)  # expect: command-injection
    subprocess.run(["ls", flask.request.args["folder"]])


def program():
    subprocess.check_output([flask.request.args["tool"], "--version"])  # expect: command-injection


def interpreter():
    subprocess.call(["bash", "-c", "ls " + flask.request.args["folder"]])  # expect: command-injection
    subprocess.call(["ls", "-l", flask.request.args["folder"]])


def own_interpreter():
    subprocess.run([sys.executable, "-c", "print(%s)" % flask.request.args["sum"]])  # expect: command-injection


def wrapped_shell():
    subprocess.run(["sudo", "sh", "-c", "ls " + flask.request.args["folder"]])  # expect: command-injection
    subprocess.run(["sudo", "ls", "-l", flask.request.args["folder"]])


def remote_shell():
    subprocess.run(["ssh", "store", "ls " + flask.request.args["folder"]])  # expect: command-injection


def executable():
    subprocess.run(["tool"], executable=flask.request.args["tool"])  # expect: command-injection


def output():
    subprocess.getoutput("ls " + flask.request.args["folder"])  # expect: command-injection


def split():
    pexpect.run("ls " + flask.request.args["folder"])  # expect: command-injection


async def asynchronous_shell():
    await asyncio.create_subprocess_shell("ls " + flask.request.args["folder"])  # expect: command-injection


async def asynchronous_program():
    await asyncio.create_subprocess_exec(flask.request.args["tool"], "-v")  # expect: command-injection


async def asynchronous_interpreter():
    await asyncio.create_subprocess_exec("sh", "-c", flask.request.args["line"])  # expect: command-injection
