"""Where an asynchronous event goes at its end: dead-letter queue and destinations (§3.5, §3.6)."""
