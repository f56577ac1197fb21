"""Where requests go: the route of each provider, what a tool's policy makes of it, when the way home is open, and the
state of the local target; what becomes of one request that fails (failover), and of a provider that goes on failing
(breaker, auto mode). Wishes, judgements, one question a request and what happens to it go in; decisions come out:
cloud, local or hold, each with its reason as a code, and step by step what to do. Sans-io: gateway and engine carry
the decisions out, and a request keeps the route it began with.
"""
