"""The main job, shown: `python -m scenarios.demo [FILE …]`."""
