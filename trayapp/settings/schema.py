"""The one declaration of every setting: type, default, bounds, help.

The file, the validation messages, the settings dialog and the documentation are all derived from these classes.
`Meta(title=…, description=…)` holds the English words for the dialog (translated through gettext like all words).
`extra["choices"]` is a function that gives the allowed values with their names, where files and not a type tell them.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from trayapp.core.catalogue import Id, Url
from trayapp.core.switching.asked import Rescue
from trayapp.core.switching.limits import Limits
from trayapp.core.switching.route import Mode, Policy
from trayapp.settings import servers

VERSION = 1
DEFAULT_PORT = 17502

# Where a setting stands in the file: ("gateway", "port").
Key = tuple[str, ...]

ModelName = Annotated[str, Meta(min_length=1, max_length=200)]
KeyPlace = Annotated[
    str, Meta(pattern=r"^(keyring|env:[A-Za-z_][A-Za-z0-9_]*)\Z", extra={"problem": "setting_key_place"})
]


# Plain http only on this machine, where nobody is in between.
SecureUrl = Annotated[
    str,
    Meta(
        pattern=r"^(https://[^\s/]+|http://(localhost|127\.[0-9.]+|\[::1\])(:\d+)?(/|\Z))",
        max_length=2000,
        extra={"problem": "setting_secure_url"},
    ),
]
# As minisign writes them: "Ed", the number of the key and the key, 42 bytes in base64.
PublicKey = Annotated[str, Meta(pattern=r"^RW[A-Za-z0-9+/]{54}\Z", extra={"problem": "setting_public_key"})]

# White space but for single spaces, control characters, and those that hide or turn the direction of the text around.
_UNSEEN = r"\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
# What its user calls it.
TOOL_NAME = rf"^(?=.{{1,60}}\Z)[^{_UNSEEN}]+( [^{_UNSEEN}]+)*\Z"
ToolName = Annotated[str, Meta(pattern=TOOL_NAME, extra={"problem": "setting_tool_name"})]


class Watch(Struct, frozen=True, forbid_unknown_fields=True):
    services: Annotated[
        tuple[Id, ...], Meta(title="Services", description="What the light watches, in this order.")
    ] = ("chatgpt", "openai-api", "claude", "claude-api")
    probe_interval_s: Annotated[
        int,
        Meta(ge=60, le=3600, title="Own requests every", description="Seconds between two requests to a healthy host."),
    ] = 60
    page_interval_s: Annotated[
        int, Meta(ge=120, le=3600, title="Status pages every", description="Seconds between two readings of a page.")
    ] = 120
    thrifty: Annotated[
        bool,
        Meta(
            title="Go easy on battery and data",
            description="Ask four times less often on a metered connection or with the battery saver on. Trouble is"
            " followed at full pace.",
        ),
    ] = True


class Local(Struct, frozen=True, forbid_unknown_fields=True):
    """The one-click target. `file`: a GGUF for the embedded server."""

    server: Annotated[str | None, Meta(title="Server", extra={"choices": servers.names})] = None
    url: Annotated[Url | None, Meta(title="Address")] = None
    model: Annotated[ModelName | None, Meta(title="Model")] = None
    start: Annotated[tuple[str, ...], Meta(title="Start command", description="What to run when it is not up.")] = ()
    file: Annotated[str | None, Meta(title="GGUF file", description="For the embedded server.")] = None
    context: Annotated[
        int, Meta(ge=512, le=1_048_576, title="Context", description="Tokens, for the embedded server.")
    ] = 8192
    confirmed: Annotated[
        bool, Meta(title="I trust this address", description="Needed when the server is not on this machine.")
    ] = False
    key: Annotated[
        KeyPlace, Meta(title="Key from", description="Either keyring, or env:NAME for the variable NAME.")
    ] = "keyring"


class GatewaySettings(Struct, frozen=True, forbid_unknown_fields=True):
    port: Annotated[int, Meta(ge=1024, le=65535, title="Port")] = DEFAULT_PORT
    openai: Annotated[Id, Meta(title="Provider behind /v1", description="For tools that speak OpenAI's dialect.")] = (
        "openai"
    )
    anthropic: Annotated[
        Id, Meta(title="Provider behind /v1/messages", description="For tools that speak Anthropic's dialect.")
    ] = "anthropic"
    mode: Annotated[
        Mode,
        Meta(
            title="Switching",
            description="Automatically: the local model answers what a provider fails to answer, until it is back.",
        ),
    ] = Mode.MANUAL


class ToolSettings(Struct, frozen=True, forbid_unknown_fields=True):
    policy: Annotated[Policy, Meta(title="In an outage")] = Policy.SWITCH
    wait_s: Annotated[int, Meta(ge=1, le=3600, title="Wait at most", description="Seconds, for the policy wait.")] = 300
    rescue: Annotated[
        Rescue,
        Meta(
            title="Streamed answers",
            description="As a whole: nothing comes before all of it is there, so what breaks off is answered anew.",
        ),
    ] = Rescue.STREAM


class NetworkSettings(Struct, frozen=True, forbid_unknown_fields=True):
    controls: Annotated[
        tuple[Url, ...],
        Meta(max_length=8, title="Controls", description="Hosts that tell whether your own connection works."),
    ] = ("http://connectivity-check.ubuntu.com", "https://www.wikipedia.org", "https://one.one.one.one")


class Notify(Struct, frozen=True, forbid_unknown_fields=True):
    enabled: Annotated[bool, Meta(title="Show notifications")] = True
    yellow: Annotated[bool, Meta(title="Tell about yellow", description="After five minutes, with low urgency.")] = True


class Ui(Struct, frozen=True, forbid_unknown_fields=True):
    language: Annotated[Literal["auto", "en", "de"], Meta(title="Language")] = "auto"


class Completion(Struct, frozen=True, forbid_unknown_fields=True):
    """Real one-token answers, paid by the user's key; off unless asked for. Neither cap is ever passed.

    `daily_cost`, `price`: in one currency, whichever that is. Prices change and nobody's catalogue keeps up: as long as
    the user has not entered one, it is reckoned with more than any model costs.
    """

    enabled: Annotated[
        bool, Meta(title="Ask for one token", description="The best proof there is: a real answer, at your cost.")
    ] = False
    model: Annotated[ModelName | None, Meta(title="Model")] = None
    interval_s: Annotated[int, Meta(ge=600, le=86_400, title="Every")] = 900
    daily_tokens: Annotated[int, Meta(ge=0, le=1_000_000, title="Tokens a day at most")] = 2000
    daily_cost: Annotated[
        float, Meta(ge=0.0, le=1000.0, title="Cost a day at most", description="In the currency of the price.")
    ] = 0.25
    price: Annotated[
        float,
        Meta(
            ge=0.0,
            le=10_000.0,
            title="Price of a million tokens",
            description="More than any model costs, until you enter the price of yours.",
        ),
    ] = 100.0


class ProviderSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`key`: `keyring` or `env:NAME`. `limits`: how long its answers are waited for; for the file alone."""

    key: Annotated[
        KeyPlace, Meta(title="Key from", description="Either keyring, or env:NAME for the variable NAME.")
    ] = "keyring"
    completion: Completion = Completion()
    limits: Limits = Limits()


class CatalogueSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`url` and `key`: of another publisher than the program's own."""

    builtin: Annotated[bool, Meta(title="Use the shipped catalogue")] = True
    updates: Annotated[
        bool,
        Meta(
            title="Update the catalogue once a day",
            description="Only what its publisher has signed is taken, and a service file of yours still replaces it.",
        ),
    ] = False
    url: Annotated[SecureUrl | None, Meta(title="Address of the updates")] = None
    key: Annotated[PublicKey | None, Meta(title="Public key of the updates")] = None


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    version: Literal[1] = 1
    watch: Watch = Watch()
    local: Local = Local()
    gateway: GatewaySettings = GatewaySettings()
    tools: dict[ToolName, ToolSettings] = field(name="tool", default_factory=dict)
    network: NetworkSettings = NetworkSettings()
    notify: Notify = Notify()
    ui: Ui = Ui()
    providers: dict[Id, ProviderSettings] = field(name="provider", default_factory=dict)
    catalogue: CatalogueSettings = CatalogueSettings()
