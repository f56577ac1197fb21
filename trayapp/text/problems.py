"""Words for every problem that a person can meet: a title, and a message that says what to do."""


def N_(message: str) -> str:  # noqa: N802 - the name that gettext tools look for
    """Mark a message for the catalogues without translating it yet."""
    return message


PROBLEMS: dict[str, tuple[str, str]] = {
    "port_in_use": (
        N_("Port {port} is taken"),
        N_("Another program listens on port {port}. Choose another port in the settings, then set up your tools again."),
    ),
}
