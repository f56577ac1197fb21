"""Our own requests to providers: a probe of the catalogue goes in, with its key where one is set, and one `Try` with
what the answer proves comes out; of completions the first token and nothing more. When a probe runs, and beside
which control, is decided in schedule and the watcher.
"""
