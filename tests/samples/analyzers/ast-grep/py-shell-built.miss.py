import os, subprocess
def ping(host):
    os.system("ping -c 1 127.0.0.1")
    subprocess.run(["ping", "-c", "1", host], check=True)
    subprocess.run(f"cat {host}".split(), check=True)
