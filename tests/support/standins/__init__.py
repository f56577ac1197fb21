"""Stand-ins for every host that the catalogue names: what each answers when it is well, down, or reported as down."""
