"""`llm-ampel demo`: the night of 3 February 2026, time-lapsed, with the real engine, tray, notifications and switch.
The shipped catalogue goes in with its hosts replaced by simulated providers on loopback, and nothing else differs;
everything lives in a home of its own that is removed at the end. The night is a script; no light, word or rule is
decided here. Only cli imports it.
"""
