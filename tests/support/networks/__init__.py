"""A small internet behind a wire of its own: `outside` holds the servers and breaks the way there, `inside` is the
machine that the program runs on, `wire` carries the packets between them, `table` is what is expected of each.
"""
