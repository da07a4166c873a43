"""What became of an S3 object's events: the story `harness why` tells, read from the journal."""
