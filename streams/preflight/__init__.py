"""What must be there before a start: the log, its topics, our rights on them, and this machine.

It must not change anything that it looks at.
"""
