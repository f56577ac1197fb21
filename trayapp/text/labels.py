"""The words of buttons, menus and dialogs. Each attribute reads as a `str` in the language of the moment.

`Menu.quit` is looked up anew each time: build a menu again after `set_language` and it speaks the other language.
"""

from trayapp.text.language import N_, _


class Label:
    """A text that is translated when it is read."""

    def __init__(self, message: str) -> None:
        self._message = message

    def __get__(self, instance: object, owner: type | None = None) -> str:
        return _(self._message)


class App:
    name = Label(N_("LLM Ampel"))


class Menu:
    """The tray's menu. The verdict, the switch and the services come from `text.sentences`."""

    check_now = Label(N_("Check now"))
    open = Label(N_("Open"))
    chat = Label(N_("Chat"))
    settings = Label(N_("Settings…"))
    demo = Label(N_("Demo"))
    quit = Label(N_("Quit"))


class Panel:
    """The window with one row a service."""

    title = Label(N_("LLM Ampel"))
    check_now = Label(N_("Check now"))
    chat = Label(N_("Chat"))
    settings = Label(N_("Settings"))
    quit = Label(N_("Quit"))
    your_connection = Label(N_("Your connection:"))
    reasons = Label(N_("Reasons"))
    components = Label(N_("Parts"))
    unseen = Label(N_("Cannot be seen from here"))
    updates = Label(N_("What the provider says"))
    pages = Label(N_("Status pages"))
    link = Label(N_("Open page"))
    copy = Label(N_("Copy as text"))
    details = Label(N_("Details"))
    only_when_back = Label(N_("Tell me only when it is back"))
    local_answers = Label(N_("Answered locally meanwhile"))
    problems = Label(N_("Needs your attention"))
    no_tray = Label(N_("This desktop shows no tray icons, so this window stays in their place."))
    close = Label(N_("Close"))


class QuitQuestion:
    """Asked when tools are still pointed at the gateway."""

    title = Label(N_("Tools still use the gateway"))
    text = Label(N_("Without it they get no answers, neither from the cloud nor from the local model."))
    keep = Label(N_("Keep the gateway running"))
    set_back = Label(N_("Set the tools back"))
    cancel = Label(N_("Cancel"))


class Dialog:
    """The settings."""

    title = Label(N_("Settings"))
    save = Label(N_("Save"))
    ok = Label(N_("OK"))
    apply = Label(N_("Apply"))
    cancel = Label(N_("Cancel"))
    close = Label(N_("Close"))
    services = Label(N_("Services"))
    services_hint = Label(N_("What the light watches, in this order."))
    move_up = Label(N_("Move up"))
    move_down = Label(N_("Move down"))
    keys = Label(N_("Keys"))
    keys_hint = Label(N_("Optional. Stored in the system's keyring, sent only to the provider's own address."))
    key_stored = Label(N_("Stored"))
    key_absent = Label(N_("None"))
    key_set = Label(N_("Store"))
    key_forget = Label(N_("Forget"))
    key_waiting = Label(N_("Waiting for your keyring…"))
    key_unknown = Label(N_("Not known: the keyring does not answer."))
    key_placeholder = Label(N_("Paste the key here; it is never shown again"))
    local = Label(N_("Local model"))
    detect = Label(N_("Detect"))
    test = Label(N_("Test"))
    browse = Label(N_("Choose…"))
    detecting = Label(N_("Looking for local servers…"))
    nothing_detected = Label(N_("No local server found. Start one, or choose a GGUF file for the built-in one."))
    testing = Label(N_("Testing…"))
    use_found = Label(N_("Found:"))
    test_good = Label(N_("It works."))
    gateway = Label(N_("Gateway and tools"))
    tools = Label(N_("Tools"))
    tool_name = Label(N_("Name"))
    tool_add = Label(N_("Add tool…"))
    tool_remove = Label(N_("Remove"))
    policy_switch = Label(N_("follow the switch"))
    policy_fail = Label(N_("fail clearly"))
    policy_wait = Label(N_("wait for the cloud"))
    tool_hint = Label(N_("Point the tool at this address. It holds the tool's token and is shown only now."))
    tool_copy = Label(N_("Copy the address"))
    tool_remove_question = Label(N_("Remove this tool? It gets no answers until it is set up again."))
    general = Label(N_("General"))
    notifications = Label(N_("Notifications"))
    language = Label(N_("Language"))
    language_auto = Label(N_("As the system"))
    language_en = Label(N_("English"))
    language_de = Label(N_("Deutsch"))
    intervals = Label(N_("Intervals"))
    network = Label(N_("Network"))
    saved = Label(N_("Saved."))


class Chat:
    """The local chat window."""

    title = Label(N_("Local chat"))
    send = Label(N_("Send"))
    stop = Label(N_("Stop"))
    copy = Label(N_("Copy"))
    clear = Label(N_("New chat"))
    placeholder = Label(N_("Write a message"))
    you = Label(N_("You"))
    thinking = Label(N_("Waiting for the first word…"))
    stopped = Label(N_("Stopped."))
    notice = Label(N_("A smaller model on this computer: check its answers. Nothing leaves this machine."))
    notice_elsewhere = Label(N_("A smaller model on a computer that you trust: check its answers."))
    no_target = Label(N_("No local model is set up."))


def setting(message: str) -> str:
    """A title or description from the declaration of settings, in the language of now."""
    return _(message)
