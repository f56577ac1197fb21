"""The one declaration of every setting, the user's `settings.toml`, and the catalogue's service files. Files go in;
typed settings and a checked catalogue come out, with every mistake named by file, line and key. Nobody's data is
written over: a broken or newer file is left as it is, a change keeps comments and layout, and writing is atomic.
Mistakes are problems with codes; it asks neither network nor keyring.
"""
