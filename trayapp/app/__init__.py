"""The tray program: Qt on the main thread, the engine's loop on the other, and the wires between them. `llm-ampel`
without a command starts here. Settings and catalogue go in; what comes out is an icon, windows and banners, and the
engine gets the user's wishes. It puts together what other rooms make and decides nothing about a light, a route or a
word; only cli and demo may import it.
"""
