"""Ties the senses to the rules: observations go in, core judges, and what follows is remembered, told and published, in
that order. Immutable snapshots, a few a second at most, announcements and transitions come out; commands come in
from the other thread or the socket. It runs in one asyncio loop, carries core's decisions out by watch, gateway,
local, store and desktop, and decides nothing that core can; it knows no Qt and no words.
"""
