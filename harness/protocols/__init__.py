"""AWS's wire protocols, as the SDK's own models describe them: what arrives and what is answered.

Services behave on plain Python values; this package turns requests of whatever protocol a client
speaks into them, and results and errors back. botocore's model *files* are read, never its code:
importing it would cost the start of the environment a third of a second.
"""
