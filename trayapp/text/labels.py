"""The words of buttons, menus and dialogs. Each attribute reads as a `str` in the language of the moment.

`MenuLabels.quit` is looked up anew each time: build a menu again after `set_language` and it speaks the other language.
"""

from trayapp.text.language import N_, _


class TranslatedLabel:
    """A text that is translated when it is read."""

    def __init__(self, message: str) -> None:
        self._message = message

    def __get__(self, instance: object, owner: type | None = None) -> str:
        return _(self._message)


class App:
    name = TranslatedLabel(N_("LLM Ampel"))


class MenuLabels:
    """The tray's menu. The verdict and the switch come from `text.sentences`, the services from `text.rows`."""

    switch_auto = TranslatedLabel(N_("Automatic switching"))
    check_now = TranslatedLabel(N_("Check now"))
    open = TranslatedLabel(N_("Open"))
    settings = TranslatedLabel(N_("Settings…"))
    chat = TranslatedLabel(N_("Chat"))
    history = TranslatedLabel(N_("History…"))
    demo = TranslatedLabel(N_("Demo"))
    only_when_back = TranslatedLabel(N_("Tell me only when it is back"))
    set_aside = TranslatedLabel(N_("Leave out of the light"))
    quit = TranslatedLabel(N_("Quit"))


class PanelLabels:
    """The window with one row a service."""

    title = TranslatedLabel(N_("LLM Ampel"))
    switch_auto = TranslatedLabel(N_("Automatic switching when a provider fails"))
    check_now = TranslatedLabel(N_("Check now"))
    chat = TranslatedLabel(N_("Chat"))
    history = TranslatedLabel(N_("History"))
    settings = TranslatedLabel(N_("Settings"))
    quit = TranslatedLabel(N_("Quit"))
    checklist = TranslatedLabel(N_("What to check"))
    link = TranslatedLabel(N_("Open page"))
    only_when_back = TranslatedLabel(N_("Tell me only when it is back"))
    fails_for_me = TranslatedLabel(N_("Fails for me"))
    what_do_you_see = TranslatedLabel(N_("What do you see? 502, login loops, history is empty…"))
    looking = TranslatedLabel(N_("Looking…"))
    set_aside = TranslatedLabel(N_("Set aside"))
    count_again = TranslatedLabel(N_("Count it again"))
    until_it_changes = TranslatedLabel(N_("Until it changes"))
    for_an_hour = TranslatedLabel(N_("For an hour"))
    until_tomorrow = TranslatedLabel(N_("Until tomorrow morning"))
    until_undone = TranslatedLabel(N_("Until I undo it"))
    local_answers = TranslatedLabel(N_("Answered locally meanwhile"))
    no_tray = TranslatedLabel(N_("This desktop shows no tray icons, so this window stays in their place."))
    up_here = TranslatedLabel(
        N_("I live up here, among the small icons. Click my light whenever you want to know more.")
    )
    down_here = TranslatedLabel(
        N_("I live down here, among the small icons. Click my light whenever you want to know more.")
    )
    close = TranslatedLabel(N_("Close"))


class HistoryLabels:
    """The history's window."""

    title = TranslatedLabel(N_("History"))
    reading = TranslatedLabel(N_("Reading the history…"))
    note = TranslatedLabel(
        N_("As observed by this computer; what it did not see does not count, what you set aside does.")
    )
    empty = TranslatedLabel(N_("There is no history yet: it grows while LLM Ampel is running."))
    all_services = TranslatedLabel(N_("All services"))
    services = TranslatedLabel(N_("Services"))
    outages = TranslatedLabel(N_("Outages"))
    switches = TranslatedLabel(N_("Switches"))
    service = TranslatedLabel(N_("Service"))
    days = TranslatedLabel(N_("The last 90 days"))
    uptime = TranslatedLabel(N_("Observed uptime"))
    answers = TranslatedLabel(N_("Answers: half, 95 %"))
    began = TranslatedLabel(N_("Began"))
    what = TranslatedLabel(N_("What the provider says"))
    lasted = TranslatedLabel(N_("Lasted"))
    when = TranslatedLabel(N_("When"))
    switched = TranslatedLabel(N_("What happened"))
    goes_on = TranslatedLabel(N_("goes on"))
    no_outages = TranslatedLabel(N_("No outage in this time."))
    no_switches = TranslatedLabel(N_("Nothing was switched in this time."))
    export = TranslatedLabel(N_("Export…"))
    exported = TranslatedLabel(N_("Saved."))
    forget = TranslatedLabel(N_("Forget…"))
    forget_title = TranslatedLabel(N_("Delete history?"))
    forget_all = TranslatedLabel(N_("The whole history of all services is deleted for good. This cannot be undone."))
    forget_yes = TranslatedLabel(N_("Delete"))
    cancel = TranslatedLabel(N_("Cancel"))
    close = TranslatedLabel(N_("Close"))


class ClosingLabels:
    """The card at the end of the demo."""

    title = TranslatedLabel(N_("The night is over"))
    text = TranslatedLabel(
        N_(
            "You were told that it is not you, what still worked, and when it was over. All of it was simulated,"
            " and nothing left this computer. On a real night your tools can move to a local model as the"
            " simulated one can."
        )
    )
    again = TranslatedLabel(N_("Again"))
    set_up = TranslatedLabel(N_("Set up my fallback"))
    close = TranslatedLabel(N_("Close"))


class QuitQuestion:
    """Asked when tools are still pointed at the gateway."""

    title = TranslatedLabel(N_("Tools still use the gateway"))
    text = TranslatedLabel(N_("Without it they get no answers, neither from the cloud nor from the local model."))
    keep = TranslatedLabel(N_("Keep the gateway running"))
    set_back = TranslatedLabel(N_("Set the tools back"))
    cancel = TranslatedLabel(N_("Cancel"))


class DialogLabels:
    """The settings."""

    title = TranslatedLabel(N_("Settings"))
    ok = TranslatedLabel(N_("OK"))
    apply = TranslatedLabel(N_("Apply"))
    cancel = TranslatedLabel(N_("Cancel"))
    services = TranslatedLabel(N_("Services"))
    services_hint = TranslatedLabel(N_("What the light watches, in this order."))
    search_services = TranslatedLabel(N_("Search by service or provider"))
    nothing_found = TranslatedLabel(N_("Nothing in the catalogue is called so."))
    move_up = TranslatedLabel(N_("Move up"))
    move_down = TranslatedLabel(N_("Move down"))
    add_endpoint = TranslatedLabel(N_("Add your own endpoint…"))
    keys = TranslatedLabel(N_("Keys"))
    keys_hint = TranslatedLabel(
        N_("Optional. Stored in the system's keyring, sent only to the provider's own address, and never shown again.")
    )
    key_stored = TranslatedLabel(N_("Stored"))
    key_absent = TranslatedLabel(N_("No key is stored"))
    key_elsewhere = TranslatedLabel(N_("Stored for another address"))
    key_in_the_clear = TranslatedLabel(
        N_("A key needs an address with https; over plain http anybody on the way could read it.")
    )
    key = TranslatedLabel(N_("Key"))
    key_set = TranslatedLabel(N_("Store"))
    key_forget = TranslatedLabel(N_("Forget"))
    key_waiting = TranslatedLabel(N_("Waiting for your keyring…"))
    key_unknown = TranslatedLabel(N_("Not known: the keyring does not answer."))
    key_placeholder = TranslatedLabel(N_("Paste it here"))
    local = TranslatedLabel(N_("Local model"))
    local_hint = TranslatedLabel(
        N_(
            "The model that takes over when a provider fails. Start your server (Ollama, LM Studio, llama-server, …)"
            " and choose Detect, or let the built-in one run a GGUF file."
        )
    )
    detect = TranslatedLabel(N_("Detect"))
    test = TranslatedLabel(N_("Test"))
    no_models = TranslatedLabel(N_("no models yet"))
    browse = TranslatedLabel(N_("Choose…"))
    detecting = TranslatedLabel(N_("Looking for local servers…"))
    nothing_detected = TranslatedLabel(
        N_("No local server found. Start one, or choose a GGUF file for the built-in one.")
    )
    testing = TranslatedLabel(N_("Testing…"))
    use_found = TranslatedLabel(N_("Found:"))
    test_good = TranslatedLabel(N_("It works."))
    gateway = TranslatedLabel(N_("Gateway and tools"))
    tools = TranslatedLabel(N_("Tools"))
    tool_name = TranslatedLabel(N_("Name"))
    tool_add = TranslatedLabel(N_("Add tool…"))
    tool_remove = TranslatedLabel(N_("Remove"))
    policy_switch = TranslatedLabel(N_("follow the switch"))
    policy_fail = TranslatedLabel(N_("fail with an error"))
    policy_wait = TranslatedLabel(N_("wait for the cloud"))
    tools_hint = TranslatedLabel(N_("Each tool has an address of its own, which you can look up here at any time."))
    tool_address = TranslatedLabel(N_("Show address"))
    tool_hint = TranslatedLabel(
        N_(
            "Enter this address in the tool. It holds the tool's token, so keep it to yourself. It is here whenever you"
            " need it."
        )
    )
    tool_copy = TranslatedLabel(N_("Copy the address"))
    tool_copied = TranslatedLabel(N_("Copied"))
    tool_remove_question = TranslatedLabel(N_("Remove this tool? It gets no answers until it is set up again."))
    general = TranslatedLabel(N_("General"))
    notifications = TranslatedLabel(N_("Notifications"))
    language_auto = TranslatedLabel(N_("As the system"))
    language_en = TranslatedLabel(N_("English"))
    language_de = TranslatedLabel(N_("Deutsch"))
    intervals = TranslatedLabel(N_("Intervals"))
    network = TranslatedLabel(N_("Network"))


class AddLabels:
    """The window that looks at an endpoint of the user's own."""

    title = TranslatedLabel(N_("Add your own endpoint"))
    hint = TranslatedLabel(
        N_(
            "The address of a company's gateway, of vLLM, LiteLLM, Ollama or llama-server, of any API like OpenAI's or"
            " Anthropic's, or of a status page. It is looked at once; nothing is written before you add it."
        )
    )
    address = TranslatedLabel(N_("Address"))
    name = TranslatedLabel(N_("Name"))
    name_hint = TranslatedLabel(N_("From the address, if you leave it empty"))
    key_title = TranslatedLabel(
        N_("Its key, if you have one: kept in the system's keyring, and sent to this address alone.")
    )
    look = TranslatedLabel(N_("Look"))
    looking = TranslatedLabel(N_("Looking, for 20 seconds at most…"))
    add = TranslatedLabel(N_("Add"))
    replace = TranslatedLabel(N_("Write over it"))
    close = TranslatedLabel(N_("Close"))


class ChatLabels:
    """The local chat window."""

    title = TranslatedLabel(N_("Local chat"))
    send = TranslatedLabel(N_("Send"))
    stop = TranslatedLabel(N_("Stop"))
    copy = TranslatedLabel(N_("Copy"))
    clear = TranslatedLabel(N_("New chat"))
    placeholder = TranslatedLabel(N_("Write a message"))
    you = TranslatedLabel(N_("You"))
    thinking = TranslatedLabel(N_("Waiting for the first word…"))
    stopped = TranslatedLabel(N_("Stopped."))
    notice = TranslatedLabel(N_("A smaller model on this computer: check its answers. Nothing leaves this machine."))
    notice_elsewhere = TranslatedLabel(N_("A smaller model on a computer that you trust: check its answers."))
    no_target_hint = TranslatedLabel(
        N_(
            "With a model on this computer you can go on here while a website is down. Nothing you write leaves this"
            " machine."
        )
    )
    set_up = TranslatedLabel(N_("Set up a local model…"))


def setting(message: str) -> str:
    """A title, a description or a choice's name from the declaration of settings, in the language of now."""
    return _(message)
