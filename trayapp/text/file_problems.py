"""Words for mistakes in the files that a person edits, and for files that cannot be read or written."""

from trayapp.text.language import N_

FILE_PROBLEMS: dict[str, tuple[str, str]] = {
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
    "file_unreadable": (N_("{file} cannot be read"), N_("{path}: {reason}. Your user must be able to read it.")),
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
    "setting_no_place": (N_("There is no setting {key}"), N_("{value} holds a value, not a table of settings.")),
    "setting_missing": (N_("{file}, line {line}: {key}"), N_("This is missing. Add it.")),
    "setting_not_table": (N_("{file}, line {line}: {key}"), N_("Found {found}; needed is a table, as in [{key}].")),
    "setting_not_list": (N_("{file}, line {line}: {key}"), N_("Found {found}; needed is a list in square brackets.")),
    "setting_open_quote": (
        N_("{file}, line {line}: {key}"),
        N_("{found} has an opening quotation mark and no closing one. Add it."),
    ),
    "setting_not_date": (N_("{file}, line {line}: {key}"), N_("Found {found}; needed is a day, like 2026-11-26.")),
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
    "setting_secure_url": (
        N_("{file}, line {line}: {key}"),
        N_("Found {found}; needed is an address that begins with https://, without user name and password."),
    ),
    "setting_public_key": (
        N_("{file}, line {line}: {key}"),
        N_("This is no public key of minisign's. It has 56 characters and begins with RW."),
    ),
    "setting_family": (
        N_("{file}, line {line}: {key}"),
        N_("Found {found}; needed is the name of a model family as incidents write it, such as Opus or GPT-5."),
    ),
    "setting_path": (
        N_("{file}, line {line}: {key}"),
        N_("Found {found}; needed is a path such as /responses, in lower case and without a slash at its end."),
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
}
