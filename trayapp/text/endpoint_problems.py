"""Words for each way in which an address that somebody wants to have watched can be the wrong one."""

from trayapp.text.language import N_

ENDPOINT_PROBLEMS: dict[str, tuple[str, str]] = {
    "endpoint_no_address": (
        N_("“{typed}” is no address"),
        N_("Needed is that of an API or of a status page, such as https://llm.example.com/v1 or localhost:8000."),
    ),
    "endpoint_credentials": (
        N_("An address must not hold a password"),
        N_("Leave out what stands before the @. A key goes into the keyring: llm-ampel key set NAME."),
    ),
    "endpoint_name": (
        N_("“{name}” is no name"),
        N_("Choose one with at least one letter or digit."),
    ),
    "endpoint_known": (
        N_("{host} is known already"),
        N_("It belongs to {name}. Tick what you use of it in the settings, under Services: {services}."),
    ),
    "endpoint_own": (
        N_("{host} is among your services already"),
        N_("You have added it as {name}. Edit its file to change it; on the command line --replace looks at it again."),
    ),
    "endpoint_is_gateway": (
        N_("{host} is LLM Ampel’s own gateway"),
        N_("Give the address of what is behind it."),
    ),
    "endpoint_silent": (
        N_("{host} does not answer"),
        N_(
            "It was given {seconds} s. Is the address right, and does it need a VPN? If it is down just now, try again"
            " when it is back."
        ),
    ),
    "endpoint_no_resolver": (
        N_("The address of {host} cannot be looked up"),
        N_("The name server does not answer. Check your own connection, then try again."),
    ),
    "endpoint_no_name": (
        N_("There is no host called {host}"),
        N_("Check how it is spelled. If it is a company's own, its VPN may have to be on."),
    ),
    "endpoint_refused": (
        N_("Nothing listens at {host}"),
        N_("The connection was refused. Start the server if it is yours, and check the port."),
    ),
    "endpoint_untrusted": (
        N_("This machine does not trust the certificate of {host}"),
        N_(
            "It was issued by somebody unknown here, by itself, or for another name. If it is your company's, have its"
            " authority added to this system; on your own machine use http://localhost."
        ),
    ),
    "endpoint_expired": (
        N_("The certificate of {host} is not valid today"),
        N_("It has expired, or this machine's clock is wrong. Correct the clock, or tell whoever runs it."),
    ),
    "endpoint_tls": (
        N_("{host} does not speak TLS as expected"),
        N_("If it is meant to be asked without encryption, write http:// in front, and check the port."),
    ),
    "endpoint_no_http": (
        N_("What listens at {host} is no web server"),
        N_("It broke the connection off or spoke something else. Check the port, and whether it wants https."),
    ),
    "endpoint_proxy": (
        N_("Your proxy does not let {host} through"),
        N_("Ask whoever runs it, or except this host from it (NO_PROXY), then try again."),
    ),
    "endpoint_failed": (
        N_("{host} could not be asked"),
        N_("The request ended with: {failed}. Check the address."),
    ),
    "endpoint_elsewhere": (
        N_("{host} sends everybody on to {target}"),
        N_("If that is the login of the network that you are in, sign in there first. Otherwise use that address."),
    ),
    "endpoint_web_page": (
        N_("{host} answers with a web page, and with no API"),
        N_(
            "It may be the address for people, or the login of the network that you are in. The address for programs is"
            " called base URL in its documentation."
        ),
    ),
    "endpoint_troubled": (
        N_("{host} has trouble of its own just now"),
        N_("Its answer: {said}. So it cannot be told what it is; try again when it is well."),
    ),
    "endpoint_nothing": (
        N_("{host} answers, but neither as an API nor as a status page"),
        N_(
            "Its answer: {said}. If its API is below a path, give the whole base URL, as in"
            " https://llm.example.com/team/v1."
        ),
    ),
    "service_file_exists": (
        N_("There is a file for this already"),
        N_("{path} was left as it is. Give another name, or write over it (--replace)."),
    ),
}
