"""Azure Service Bus: the queue, its dead letters, and messages that a trigger hands over."""
