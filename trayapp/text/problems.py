"""Words for every problem that a person can meet: a title, and a message that says what to do."""

from collections.abc import Mapping

from trayapp.errors import Param, Problem
from trayapp.text.language import N_, _, fill
from trayapp.text.trim import clean

PROBLEMS: dict[str, tuple[str, str]] = {
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
        N_("The folder for the running instance is not safe"),
        N_("{path}: {why}. Remove it, or point XDG_RUNTIME_DIR at a folder of your own."),
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
    "unknown_service": (N_("There is no service called {name}"), N_("Known are: {known}.")),
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
    "cannot_move_dialect": (
        N_("{name} cannot be moved yet"),
        N_("The gateway does not speak the language of its API. Use the local chat, or a tool of another provider."),
    ),
    "nothing_down": (
        N_("Nothing is down"),
        N_("Say what should move to local: {providers}."),
    ),
    "already_switching": (
        N_("A switch is under way"),
        N_("Wait until the local model is ready, or until it has failed."),
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
    "settings_broken": (
        N_("The settings file has mistakes"),
        N_("{path} was left as it is. Correct it; until then nothing can be changed in it."),
    ),
    "settings_newer": (
        N_("The settings were written by a newer version"),
        N_("{path}, line {line}: version = {found}; this program knows {known}. Update it. The file was not touched."),
    ),
    "settings_busy": (
        N_("The settings file keeps changing"),
        N_("Another program writes {path} all the time. Close it, then try again."),
    ),
    "settings_not_changed": (
        N_("The settings file could not be edited"),
        N_("Its layout would not have survived, so {path} was left as it is. Edit it by hand."),
    ),
    "file_too_large": (
        N_("{file} is too large"),
        N_("{path} has more than {limit} bytes, so it cannot be the right file. Nothing was read from it."),
    ),
    "file_not_utf8": (
        N_("{file} is not UTF-8 text"),
        N_("Line {line} of {path} holds bytes that are not UTF-8. Save the file as UTF-8."),
    ),
    "file_unreadable": (N_("{file} cannot be read"), N_("{path}: {reason}. Give your user the right to read it.")),
    "toml_syntax": (N_("{file}, line {line}: not valid TOML"), N_("{reason}. Correct line {line} of {path}.")),
    "disk_full": (
        N_("The disk is full"),
        N_("{path} could not be written and was left as it is. Make room, then try again."),
    ),
    "not_writable": (
        N_("A file cannot be written"),
        N_("{path}: {reason}. It was left as it is. Give your user the right to write there, then try again."),
    ),
    "setting_unknown": (N_("{file}, line {line}: {key}"), N_("There is no such setting here. Known are: {known}.")),
    "setting_unknown_near": (N_("{file}, line {line}: {key}"), N_("There is no such setting. Did you mean {near}?")),
    "setting_retired": (
        N_("{file}, line {line}: {key}"),
        N_("This setting does nothing in this version and was passed over. It may stay or go."),
    ),
    "setting_no_place": (N_("There is no setting {key}"), N_("{value} holds a value, not a table of settings.")),
    "setting_missing": (N_("{file}, line {line}: {key}"), N_("This is missing. Add it.")),
    "setting_not_table": (N_("{file}, line {line}: {key}"), N_("Found {found}; needed is a table, as in [{key}].")),
    "setting_not_list": (N_("{file}, line {line}: {key}"), N_("Found {found}; needed is a list in square brackets.")),
    "setting_open_quote": (
        N_("{file}, line {line}: {key}"),
        N_("{found} has an opening quotation mark and no closing one. Add it."),
    ),
    "setting_not_text": (N_("{file}, line {line}: {key}"), N_("Found {found}; needed is a text in quotes.")),
    "setting_not_switch": (N_("{file}, line {line}: {key}"), N_("Found {found}; allowed are true and false.")),
    "setting_not_whole": (N_("{file}, line {line}: {key}"), N_("Found {found}; needed is a whole number.")),
    "setting_not_number": (N_("{file}, line {line}: {key}"), N_("Found {found}; needed is a number.")),
    "setting_range": (N_("{file}, line {line}: {key}"), N_("Found {found}; allowed is {low} to {high}.")),
    "setting_choice": (N_("{file}, line {line}: {key}"), N_("Found {found}; allowed are: {allowed}.")),
    "setting_length": (
        N_("{file}, line {line}: {key}"),
        N_("Found {found}; allowed is a text of 1 to {high} characters."),
    ),
    "setting_too_many": (N_("{file}, line {line}: {key}"), N_("This list is too long; allowed are {high} entries.")),
    "setting_twice": (N_("{file}, line {line}: {key}"), N_("{found} is listed twice. Take one of them out.")),
    "setting_id": (
        N_("{file}, line {line}: {key}"),
        N_("Found {found}; allowed are up to 41 lower-case letters, digits and hyphens."),
    ),
    "setting_tool_name": (
        N_("{file}, line {line}: {key}"),
        N_("{found} is no name for a tool. Allowed are 1 to 60 letters, digits, signs and single spaces."),
    ),
    "setting_url": (
        N_("{file}, line {line}: {key}"),
        N_("Found {found}; needed is an address such as http://localhost:8080, without user name and password."),
    ),
    "setting_key_place": (
        N_("{file}, line {line}: {key}"),
        N_('Keys do not belong into files. Allowed are "keyring" and "env:NAME" with the name of a variable.'),
    ),
    "setting_empty": (N_("{file}, line {line}: {key}"), N_("This is empty. Add at least one entry.")),
    "header_credential": (
        N_("{file}, line {line}: {key}"),
        N_("Keys do not belong into files. Use auth and key, and store the key with: llm-ampel key set NAME."),
    ),
    "header_malformed": (
        N_("{file}, line {line}: {key}"),
        N_("This cannot be sent as a header. Use printable ASCII characters only."),
    ),
    "service_twice": (
        N_("{file}, line {line}: {key}"),
        N_("{found} is already taken by {other}, so this file was left out. Choose another id."),
    ),
    "service_no_main": (
        N_("{file}, line {line}: {key}"),
        N_("No component is the main one. Add main = true to those that make the service red."),
    ),
    "service_no_page": (
        N_("{file}, line {line}: {key}"),
        N_("This names parts of a status page, but the file has no [page]. Add one or take this out."),
    ),
    "catalogue_empty": (
        N_("There is no service to choose from"),
        N_(
            "The shipped catalogue is switched off and {path} holds no file. Put one there, or take out builtin ="
            " false."
        ),
    ),
    "component_unknown": (
        N_("{file}, line {line}: {key}"),
        N_("{found} is no component of this service. It has: {known}."),
    ),
    "component_unknown_near": (
        N_("{file}, line {line}: {key}"),
        N_("{found} is no component of this service. Did you mean {near}?"),
    ),
    "page_kind_unknown": (
        N_("{file}, line {line}: {key}"),
        N_("{found} is no kind of status page. Known are: {known}."),
    ),
    "page_kind_unknown_near": (
        N_("{file}, line {line}: {key}"),
        N_("{found} is no kind of status page. Did you mean {near}?"),
    ),
    "service_unknown": (N_("{file}, line {line}: {key}"), N_("No service is called {found}. Known are: {known}.")),
    "service_unknown_near": (
        N_("{file}, line {line}: {key}"),
        N_("No service is called {found}. Did you mean {near}?"),
    ),
    "provider_unknown": (N_("{file}, line {line}: {key}"), N_("No provider is called {found}. Known are: {known}.")),
    "provider_unknown_near": (
        N_("{file}, line {line}: {key}"),
        N_("No provider is called {found}. Did you mean {near}?"),
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
        N_("It was kept as {kept} and a new one begun. Settings and keys are not touched; the history starts today."),
    ),
    "store_unwritable": (
        N_("Nothing can be remembered"),
        N_("{path}: {reason}. All works on, but a restart forgets. Make room or give your user the right to write."),
    ),
    "store_newer": (
        N_("The memory was written by a newer version"),
        N_("{path} was left as it is, so a restart forgets. Update the program."),
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
    "local_no_target": (
        N_("No local LLM is set up"),
        N_("Choose a server and a model in the settings; Detect finds what is running on this machine."),
    ),
    "local_no_url": (
        N_("The local server has no address"),
        N_("Enter its address in the settings, for example http://127.0.0.1:8080, or let Detect find it."),
    ),
    "local_bad_url": (
        N_("“{url}” is no address"),
        N_("Enter one as in http://127.0.0.1:8080 in the settings, or let Detect find it."),
    ),
    "local_not_confirmed": (
        N_("{url} is not on this machine"),
        N_("Your requests would leave this computer. If the address is yours, confirm it in the settings."),
    ),
    "local_not_running": (N_("The local server is not running"), N_("It is started when you switch to local.")),
    "local_unreachable": (
        N_("Nothing answers at {url}"),
        N_("Start the local server, or enter its start command in the settings, so that it can be started for you."),
    ),
    "local_timeout": (
        N_("The local server did not answer in time"),
        N_("{url} was given {limit_s} seconds. It may be busy, or the model too large for this machine."),
    ),
    "local_is_gateway": (
        N_("{url} is LLM Ampel’s own gateway"),
        N_("A local route to the gateway leads in a circle. Enter the address of the local server itself."),
    ),
    "local_forwards": (
        N_("{model} does not run on this machine"),
        N_("{product} at {url} passes it on to {host}. Choose a model there that it asks a local server for."),
    ),
    "local_wrong_server": (
        N_("{url} is not the expected server"),
        N_("Another program answers there. Check the address, or let Detect find the server."),
    ),
    "local_cut": (
        N_("{url} closed the connection"),
        N_("It broke off before its answer was whole. Look into the server’s own log; it may be out of memory."),
    ),
    "local_forbidden": (
        N_("{url} does not let LLM Ampel in"),
        N_("It answers 403. Allow programs of this machine in the server’s own settings."),
    ),
    "local_embedding_model": (
        N_("{model} cannot talk"),
        N_("It computes embeddings and nothing else. Choose a model for chat."),
    ),
    "local_not_ours": (
        N_("{url} goes on"),
        N_("LLM Ampel did not start this server, so it does not stop it. Stop it where you started it."),
    ),
    "local_needs_key": (
        N_("{url} asks for a key"),
        N_("Store it for this server: llm-ampel key set local"),
    ),
    "local_wrong_key": (
        N_("{url} does not accept the key"),
        N_("Store the one that the server shows in its own settings: llm-ampel key set local"),
    ),
    "local_refused": (
        N_("{url} refused the request"),
        N_("It says: {reason}. The server's own log tells more."),
    ),
    "local_no_model": (
        N_("{url} has no model"),
        N_("Download or load a model there, then choose it in the settings."),
    ),
    "local_model_not_pulled": (N_("{server} does not have {model}"), N_("Type: {command}")),
    "local_model_missing": (N_("{url} does not have {model}"), N_("Choose one that it has: {available}.")),
    "local_cloud_model": (
        N_("{model} does not run on this machine"),
        N_("Ollama passes it on to ollama.com. Choose a model that it runs itself."),
    ),
    "local_small_context": (
        N_("{model} has too little room for a conversation"),
        N_("It is loaded with a context of {context} tokens; at least {least} are needed. Raise it in the server."),
    ),
    "local_load_failed": (
        N_("{model} could not be loaded"),
        N_("The server says: {reason}. A smaller model or more free memory may help."),
    ),
    "local_no_token": (
        N_("{model} did not generate anything"),
        N_("The server says: {reason}. Restart it, or choose another model."),
    ),
    "local_start_not_found": (
        N_("{command} was not found"),
        N_("Install it, or enter the full path of the program as start command in the settings."),
    ),
    "local_exited": (N_("{command} ended with code {exit_code}"), N_("It said: {reason}")),
    "local_exited_silently": (
        N_("{command} ended with code {exit_code}"),
        N_("It did not say why. Try the command in a terminal."),
    ),
    "local_log_failed": (
        N_("The local server's log cannot be written"),
        N_("{path}: {reason}. Make room or correct the permissions, then try again."),
    ),
    "local_stopped": (N_("Stopped"), N_("The local LLM was stopped before it was ready. Nothing has changed.")),
    "local_no_file": (N_("No model file is chosen"), N_("Choose a GGUF file in the settings.")),
    "local_file_missing": (
        N_("The model file cannot be opened"),
        N_("{path}: {reason}. Choose the GGUF file again in the settings."),
    ),
    "local_file_bad": (
        N_("This is not a GGUF file"),
        N_("{path} does not begin as one does. Download it again, or choose another."),
    ),
    "embedded_missing": (N_("The embedded server is not installed"), N_("Type: {command}")),
    "local_chat_failed": (N_("{model} stopped answering"), N_("The server says: {reason}")),
    "local_chat_cut": (
        N_("The answer was cut off"),
        N_("{model} stopped in the middle. Ask again; if it happens again, restart the local server."),
    ),
    "local_context_full": (
        N_("This conversation is too long for {model}"),
        N_("Its context is used up. Begin a new conversation, or raise the context in the server."),
    ),
}


def words(problem: Problem | tuple[str, Mapping[str, Param]]) -> tuple[str, str]:
    """Title and message of a problem, in plain text; a code without words is named as it is."""
    code, params = (problem.code, problem.params) if isinstance(problem, Problem) else problem
    title, message = PROBLEMS.get(code, (N_("Something went wrong: {code}"), N_("The log file says more.")))
    gaps = {"code": code} | {gap: _gap(value) for gap, value in params.items()}
    return fill(_(title), **gaps), fill(_(message), **gaps)


def _gap(value: Param) -> Param:
    if value is None:
        return ""
    return value if isinstance(value, float) else clean(str(value))
