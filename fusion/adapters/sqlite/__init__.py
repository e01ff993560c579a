"""SQLite: the store and the queue of one machine, for any number of processes at once."""
