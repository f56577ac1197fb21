"""What is kept of what happened, for history, forecast and digest. Evidence, verdicts, incidents and routes go in as
the engine has them; batches come out, for the store to add to what it has, and what was kept is summed up by month.
Adding is all that a roll-up is: an hour or a day can be written in any number of pieces. Here times are Unix seconds,
as a calendar wants them. It follows what is decided elsewhere and decides nothing.
"""
