"""The gate: goals and evidence of one run in, a verdict of three values out.

Everything measured is written to the report directory first and judged from there, so a run can
be judged again without an environment.
"""
