import os, subprocess
def ping(host):
    os.system("ping -c 1 " + host)
def show(name):
    subprocess.run(f"cat {name}", shell=True, check=True)
