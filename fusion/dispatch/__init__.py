"""From a message of the queue to orchestrations: what is remembered of a pull request, what is decided, who carries it out."""
