"""What is true. Observations, the catalogue and the time go in as values; judgements, incidents, announcements and
decisions come out as values. Pure: no input or output, no Qt, no event loop, no thread and no clock, since time is
an argument in steady seconds; and no prose, since everything is said in codes and parameters. It imports nothing of
ours but `errors`, and every other room may import it.
"""
