"""The ports: what Fusion needs from the outside world, as narrow async protocols.

One contract suite per port (tests/contract) runs against the public fake, the embedded adapter and each vendor's adapter.
Adapters live in `fusion/adapters`, one module per vendor, and only `fusion/runtime/` imports them.
"""

from fusion.ports.conductor import Conductor, Progress
from fusion.ports.forge import Follower, Forge
from fusion.ports.github import AppAccess, Attempted, Conversation, Hub, Installed, Permission, Place
from fusion.ports.queue import (
    DeadLetter,
    DeadLetters,
    Locked,
    LockLost,
    Mailbox,
    Measured,
    Message,
    Priority,
    Queue,
    QueueState,
    Reclaiming,
)
from fusion.ports.reasoning import Answered, Clock, DeadJob, Heard, Inference, Model, Recordings, Tokenizer
from fusion.ports.records import Blobs, KeptBlob, Key, Store, Stored

__all__ = [
    "Answered",
    "AppAccess",
    "Attempted",
    "Blobs",
    "Clock",
    "Conductor",
    "Conversation",
    "DeadJob",
    "DeadLetter",
    "DeadLetters",
    "Follower",
    "Forge",
    "Heard",
    "Hub",
    "Inference",
    "Installed",
    "KeptBlob",
    "Key",
    "LockLost",
    "Locked",
    "Mailbox",
    "Measured",
    "Message",
    "Model",
    "Permission",
    "Place",
    "Priority",
    "Progress",
    "Queue",
    "QueueState",
    "Reclaiming",
    "Recordings",
    "Store",
    "Stored",
    "Tokenizer",
]
