"""What is seen and clicked: snapshots come in by one queued signal, wishes go out through `commands.Commands`, and no
call waits for an answer. It draws and decides nothing: what a light, a click or a banner means stands in the
snapshot, and its words in text. It sees core, settings and text, never watch, gateway, local, store or the engine
itself; beside app and demo it is the only room that imports PySide6.
"""
