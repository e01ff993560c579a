import argparse
import os


def parsed():
    options = argparse.ArgumentParser().parse_args()
    os.system("ls " + options.folder)  # local: command-injection
