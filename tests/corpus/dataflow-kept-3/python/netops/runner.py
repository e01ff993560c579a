import subprocess
from dataclasses import dataclass, field


@dataclass
class Pipeline:
    stages: list = field(default_factory=list)

    def then(self, stage):
        self.stages.append(stage)
        return self

    def render(self):
        return " | ".join(self.stages)


def capture(line, seconds=10):
    done = subprocess.run(line, shell=True, capture_output=True, timeout=seconds)
    return done.returncode, len(done.stdout)
