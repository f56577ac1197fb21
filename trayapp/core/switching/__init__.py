"""Where requests go: the route of each provider, what a tool's policy makes of it, when the way home is open, and the
state of the local target. Wishes, judgements and one question a request go in; decisions come out: cloud, local or
hold, each with its reason as a code. Sans-io: gateway and engine carry the decisions out, and a request keeps the
one it began with.
"""
