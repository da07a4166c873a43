"""The pipeline's HTTP API as any client of the deployed system uses it."""
