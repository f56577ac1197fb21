"""The own connection: controls, which are hosts of nobody's and show whether the network works, and the diagnosis of
which step fails. Requests that failed and a kind of address go in; `Control` and `NetworkReport` come out. It says
what is broken between here and everybody, never what is wrong with a provider.
"""
