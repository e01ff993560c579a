"""What the inference workers' accelerators did: recorded samples in, idle time, efficiency, cost and replicas out. Pure."""
