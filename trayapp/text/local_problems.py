"""Words for what goes wrong with the local LLM: each a title, and a message that says what to do."""

from trayapp.text.language import N_

LOCAL_PROBLEMS: dict[str, tuple[str, str]] = {
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
        N_("Store it for this server: in the settings under Local model, or with llm-ampel key set local"),
    ),
    "local_wrong_key": (
        N_("{url} does not accept the key"),
        N_("Store the one that the server shows: in the settings under Local model, or with llm-ampel key set local"),
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
