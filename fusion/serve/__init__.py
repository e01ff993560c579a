"""`fusion serve`: the whole bot in one process, on the embedded engine.

The web server has a thread and an event loop of its own, so that a delivery is acknowledged while reviews are at work; all
else (consumer, engine, publisher, timers) shares the main loop.
"""
