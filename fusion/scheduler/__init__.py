"""`fusion host scheduler`: the bot whose orchestrations run on the Durable Task Scheduler, in any number of processes."""
