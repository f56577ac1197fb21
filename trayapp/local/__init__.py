"""The local LLM: which servers are up on this machine and prove what they are, how far the configured target is on the
ladder of readiness, how it is started, loaded and tried, what it speaks beside OpenAI's dialect, and the chat with it.
The `[local]` settings go in; a target's status, progress and problems come out. Local means local: loopback or an
address that the user confirmed, no model that runs elsewhere, no proxy, no redirect, no key. aiohttp is loaded with the
first request.
"""
