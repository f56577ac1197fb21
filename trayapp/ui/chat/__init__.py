"""A plain chat with the local model, for those whose website is down and who have no tools to move. What is typed goes
out as a command, pieces of the answer come in and are shown as text, never as markup. Nothing of a conversation is
stored, and nothing here speaks to a server.
"""
