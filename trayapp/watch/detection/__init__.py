"""Looks once at an address that somebody typed, and says what is there: an API, a status page, both, or why neither.
It writes nothing and needs no key. What it asks costs nobody a token, is bounded in number, size and time, and says in
a `Problem` of its own each way in which an address can be the wrong one.
"""
