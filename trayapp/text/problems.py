"""Words for every problem that a person can meet: a title, and a message that says what to do."""

from collections.abc import Mapping

from trayapp.errors import Param, Problem
from trayapp.text import codes
from trayapp.text.catalogue_problems import CATALOGUE_PROBLEMS
from trayapp.text.endpoint_problems import ENDPOINT_PROBLEMS
from trayapp.text.file_problems import FILE_PROBLEMS
from trayapp.text.language import N_, _, fill
from trayapp.text.local_problems import LOCAL_PROBLEMS
from trayapp.text.trim import QUOTE_LIMIT, clean

KNOWN_LIMIT = 800
"""Characters of a list of what may be said instead: all services, whose last are no use cut off."""

PROBLEMS: dict[str, tuple[str, str]] = {
    **CATALOGUE_PROBLEMS,
    **ENDPOINT_PROBLEMS,
    **FILE_PROBLEMS,
    **LOCAL_PROBLEMS,
    "already_running": (
        N_("LLM Ampel is running already"),
        N_("One instance is enough. Ask it with: llm-ampel status --watch"),
    ),
    "not_running": (
        N_("LLM Ampel is not running"),
        N_("Start it with llm-ampel, or without a screen with: llm-ampel watch"),
    ),
    "no_display": (
        N_("There is no screen here"),
        N_("The tray needs a graphical session. In a terminal use: llm-ampel {command}"),
    ),
    "no_screen": (
        N_("The screen cannot be used"),
        N_("Qt says: {reason}. Check DISPLAY and Qt's system libraries, or use a terminal: llm-ampel watch"),
    ),
    "broken_pyside": (
        N_("This PySide6 would crash"),
        N_("PySide6 {version} does not work with this Python. Install another: pip install 'PySide6-Essentials<6.12'"),
    ),
    "runtime_folder": (
        N_("The folder for the running instance cannot be used"),
        N_("{path}: {why}. Remove it, or point XDG_RUNTIME_DIR at a folder of your own with a short path."),
    ),
    "control_version": (
        N_("The running instance is of another version"),
        N_("It speaks version {theirs}, this one {ours}. Quit it and start it again, from the same installation."),
    ),
    "control_silent": (
        N_("The running instance does not answer"),
        N_("It was given {seconds} s. If it stays silent, end its process ({process}) and start it again."),
    ),
    "control_slow": (
        N_("The running instance takes too long"),
        N_(
            "It is alive, but had no answer within {seconds} s. "
            "What was begun is broken off; its log may say what holds it up."
        ),
    ),
    "control_garbled": (
        N_("The running instance could not be understood"),
        N_("Quit it and start it again."),
    ),
    "control_unknown": (
        N_("The running instance does not know “{name}”"),
        N_("It may be of another version. Quit it and start it again."),
    ),
    "nothing_to_set_aside": (
        N_("There is nothing called {name} that could be set aside"),
        N_("Services and open incidents are: {known}."),
    ),
    "aside_of_nothing": (N_("Nothing was named"), N_("Say which service or incident: llm-ampel aside NAME.")),
    "not_set_aside": (N_("{name} is not set aside"), N_("llm-ampel aside says what is.")),
    "bad_until": (
        N_("{text} is no time"),
        N_("Say 18:00, 2h, 30m, a day like 2026-11-28, “changed” or “undone”."),
    ),
    "until_far": (
        N_("{text} is too far away"),
        N_("Say a time within {years} years, or “undone” to leave it out for good."),
    ),
    "until_past": (N_("{text} is over already"), N_("Say a time that is yet to come.")),
    "unknown_service": (N_("There is no service called {name}"), N_("Known are: {known}.")),
    "which_service": (N_("There is no service called {name}"), N_("Did you mean one of these: {near}?")),
    "not_watched": (
        N_("{name} is not being watched"),
        N_("Add it to the services in the settings, then try again."),
    ),
    "unknown_provider": (N_("{name} cannot be switched"), N_("These can: {providers}.")),
    "unknown_key": (N_("No service asks for a key called “{name}”"), N_("Known are: {known}.")),
    "cannot_move_no_api": (
        N_("{name} cannot be moved"),
        N_("None of its requests go through the gateway: its file names no [api]. Use the local chat meanwhile."),
    ),
    "mode_of_one": (
        N_("“switch {mode}” is for all providers"),
        N_("Leave out what follows it. To move one provider use: llm-ampel switch local PROVIDER"),
    ),
    "nothing_down": (
        N_("Nothing is down"),
        N_("Say what should move to local: {providers}."),
    ),
    "already_switching": (
        N_("A switch is under way"),
        N_("Wait until the local model is ready, or until it has failed."),
    ),
    "arguments_long": (
        N_("The command is too long"),
        N_("It may have {most} characters. Say it in fewer words."),
    ),
    "arguments_not_text": (
        N_("The command holds letters that cannot be read"),
        N_("They are in another encoding than your terminal's. Type them anew."),
    ),
    "output_full": (
        N_("What was to be printed could not be written"),
        N_("The system says: {reason}. Make room, or let it be written somewhere else."),
    ),
    "no_home": (
        N_("Your home folder cannot be found"),
        N_("Set HOME, or LLM_AMPEL_HOME to the whole path of a folder of your own."),
    ),
    "bad_speed": (N_("A demo cannot run at speed {speed}"), N_("Choose a number from 0.01 to {most}.")),
    "cancelled": (N_("Not finished"), N_("The program is ending. Nothing was changed.")),
    "internal": (
        N_("A mistake in LLM Ampel: {kind}"),
        N_("It was written to the log; everything else goes on. Please report it with the output of: llm-ampel doctor"),
    ),
    "port_in_use": (
        N_("Port {port} is taken"),
        N_(
            "Another program listens on port {port}. Choose another port in the settings, then set up your tools again."
        ),
    ),
    "cannot_listen": (
        N_("The gateway cannot listen on port {port}"),
        N_("The system says: {reason}. Choose another port in the settings, then set up your tools again."),
    ),
    "bad_tool_name": (
        N_("“{name}” is no name for a tool"),
        N_("Allowed are 1 to 60 letters, digits, signs and single spaces."),
    ),
    "tokens_broken": (
        N_("The tools’ tokens cannot be read"),
        N_("{path} is damaged and was left as it is. Move it away, then set up your tools again."),
    ),
    "setup_not_here": (
        N_("There are no start-up files here"),
        N_("On Windows, set the variable {variable} in the system settings by hand."),
    ),
    "setup_file_unreadable": (
        N_("{path} cannot be read"),
        N_("{reason}. It was left as it is. Give your user the right to read it, then try again."),
    ),
    "key_other_host": (
        N_("The key {name} belongs to {stored_for}"),
        N_("It is not sent to {host}. Use another name for the key of {host}, or store {name} anew for it."),
    ),
    "key_plain_http": (
        N_("The key {name} would travel unencrypted"),
        N_("{host} is asked over plain http, where everybody on the way can read the key. Use https."),
    ),
    "key_index_broken": (
        N_("The list of stored keys is damaged"),
        N_("Delete {path}, then store your keys again with: llm-ampel key set NAME."),
    ),
    "store_damaged": (
        N_("The memory was damaged"),
        N_("What could be read of it goes on, and it was kept as {kept}. Settings, keys and history are not touched."),
    ),
    "store_unwritable": (
        N_("Nothing can be remembered"),
        N_("{path}: {reason}. All works on, but a restart forgets. Make room or give your user the right to write."),
    ),
    "store_newer": (
        N_("The memory was written by a newer version"),
        N_("{path} was left as it is, so a restart forgets. Update the program."),
    ),
    "journal_mended": (
        N_("The history was damaged, and is mended"),
        N_("Nothing of it is lost. The damaged file was kept as {kept}."),
    ),
    "journal_damaged": (
        N_("The history was damaged"),
        N_("The rest goes on, but something is lost of: {days}. The damaged file was kept as {kept}."),
    ),
    "journal_gaps": (
        N_("The history was damaged"),
        N_("Something is lost of: {days}; perhaps of other days, too. The damaged file was kept as {kept}."),
    ),
    "journal_doubtful": (
        N_("The history was damaged"),
        N_(
            "What could be read goes on; whether something is lost cannot be told. The damaged file was kept as {kept}."
        ),
    ),
    "journal_lost": (
        N_("The history was damaged"),
        N_("Nothing of it could be read, so a new one was begun. The damaged file was kept as {kept}."),
    ),
    "journal_unwritable": (
        N_("The history cannot be written"),
        N_("{path}: {reason}. Make room or give your user the right to write; it is caught up with then."),
    ),
    "journal_newer": (
        N_("The history was written by a newer version"),
        N_("{path} was left as it is, and nothing is added. Update the program."),
    ),
    "journal_not_forgotten": (
        N_("The history could not be deleted"),
        N_("{path} cannot be written. Make room or give your user the right to write, then try again."),
    ),
    "journal_unreadable": (
        N_("The history cannot be read"),
        N_("{path}: it is damaged or was written by a newer version. A damaged one is mended at the next start."),
    ),
    "keyring_locked": (
        N_("Your keyring is locked"),
        N_("It is locked or was never set up, so no key can be read or stored. Unlock it, then choose Check now."),
    ),
    "keyring_absent": (
        N_("There is no keyring"),
        N_(
            "Keys are stored in a keyring only. Start one (GNOME Keyring, KWallet, KeePassXC), or take the key from the"
            ' environment: key = "env:NAME" in the settings.'
        ),
    ),
    "keyring_timeout": (
        N_("Your keyring does not answer"),
        N_("It was given up after {seconds} s; perhaps it waits for a password. Unlock it, then choose Check now."),
    ),
    "keyring_failed": (
        N_("Your keyring failed"),
        N_("It could not read or store the key. {reason}"),
    ),
    "key_name": (
        N_("This cannot name a key"),
        N_("{name}: allowed are up to 41 lower-case letters, digits and hyphens."),
    ),
    "key_malformed": (
        N_("The key {name} is not a key"),
        N_("It is empty, or holds spaces, line breaks or letters that cannot be sent. Copy it again."),
    ),
    "key_too_long": (
        N_("The key {name} is too long"),
        N_("The keyring of Windows keeps {limit} characters, host included."),
    ),
}


def words(problem: Problem | tuple[str, Mapping[str, Param]]) -> tuple[str, str]:
    """Title and message of a problem, in plain text; a code without words is named as it is."""
    code, params = (problem.code, problem.params) if isinstance(problem, Problem) else problem
    title, message = PROBLEMS.get(code, (N_("Something went wrong: {code}"), N_("The log file says more.")))
    gaps = {"code": code} | {gap: _gap(gap, value) for gap, value in params.items()} | _meanings(params)
    return fill(_(title), **gaps), fill(_(message), **gaps)


def _meanings(params: Mapping[str, Param]) -> dict[str, Param]:
    """Codes that came along, with what they mean: `said` of a status, `failed` of a failure below HTTP."""
    status, reason = params.get("status"), params.get("reason")
    said = codes.http(status) if isinstance(status, int) else _gap("status", status)
    return {"said": said, "failed": codes.failure(str(reason or ""))}


def _gap(name: str, value: Param) -> Param:
    if value is None:
        return ""
    if isinstance(value, float):
        return value
    return clean(str(value), KNOWN_LIMIT if name == "known" else QUOTE_LIMIT)
