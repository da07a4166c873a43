"""A local AWS for S3-event-driven pipelines: one endpoint, real Lambda runtime, gate."""
