"""Queue-driven deployment of the static site (AWS Lambda behind SQS)."""
import json
import re
import subprocess
from dataclasses import dataclass

CHECKOUT = "/mnt/efs/site"
BRANCH = re.compile(r"\w[\w./-]*")


@dataclass
class Job:
    site: int
    branch: str

    @classmethod
    def from_record(cls, record):
        body = json.loads(record["body"])
        return cls(site=int(body["site"]), branch=body.get("branch", "main"))


def update(job):
    if not BRANCH.fullmatch(job.branch):
        raise ValueError("not a branch name")
    folder = f"{CHECKOUT}/{job.site}"
    steps = [
        f"git -C {folder} fetch --quiet origin",
        f"git -C {folder} reset --hard origin/{job.branch}",
    ]
    return subprocess.check_output(" && ".join(steps), shell=True, text=True)


def handler(event, context):
    done = []
    for record in event["Records"]:
        try:
            job = Job.from_record(record)
            update(job)
        except (KeyError, ValueError) as exc:
            print("skipped a message:", type(exc).__name__)
            continue
        done.append(job.site)
    return {"updated": done}
