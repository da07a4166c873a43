"""CloudWatch Logs' filter patterns: words, JSON properties and space-delimited fields."""
