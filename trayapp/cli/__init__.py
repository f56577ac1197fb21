"""The command line: one module a command, imported when it is called, so that none waits for what it does not need.
Arguments and, for keys, standard input go in; lines or JSON on standard output, problems on standard error and an
exit code as monitoring plugins have it come out. It asks the running instance through control, or an engine of its
own, and takes every word from text. Nothing imports it, and it never imports Qt itself.
"""
