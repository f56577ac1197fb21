"""What windows are put together from: icons, labels that never guess markup, columns of lines that change in place,
links that only a click opens. Texts, lights and snapshots' own values go in, widgets and pixmaps come out. A kit
part belongs to no window: it imports no other part of ui, and the only bare QLabel of the program is made here.
"""
