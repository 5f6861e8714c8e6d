"""What bench.serve compares: one model, made for every server by its own means."""
