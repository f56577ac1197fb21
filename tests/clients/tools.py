"""The tools, each pointed at an address by hand as its own documentation says, with keys that nobody ever issued."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.clients.desk import Desk, Started
from tests.clients.install import Package
from tests.clients.model import EDITED, RESULT, SAW

PROMPT = "Please add the two numbers."
KEY = "sk-made-up-key"
_SCRIPTS = Path(__file__).parent / "scripts"
_FOREVER = 4102444800
"""The year 2100: no login of ours is ever renewed."""


class Tool(NamedTuple):
    """`path`: what it asks below /v1. `provider`: in the gateway's address. `start`: how it says PROMPT.

    `called`: whether a tool's answer came back to the model, by the output and the desk.
    """

    name: str
    path: str
    provider: str
    package: Package
    start: Callable[[Desk], Started]
    called: Callable[[str, Desk], bool] = lambda output, desk: SAW in output and RESULT in output


def _program(package: Package, name: str) -> str:
    return str(package.programs / name)


_CLAUDE = Package("npm", "@anthropic-ai/claude-code", "2.1.197")
_CODEX = Package("npm", "@openai/codex", "0.171.0")
_OPENCODE = Package("npm", "opencode-ai", "1.18.33")
_AIDER = Package("pypi", "aider-chat", "0.86.2")
_LLM = Package("pypi", "llm", "0.36")
_OPENAI_PY = Package("pypi", "openai", "3.57.0")
_OPENAI_JS = Package("npm", "openai", "7.57.0")
_ANTHROPIC_PY = Package("pypi", "anthropic", "2.14.0")
_ANTHROPIC_JS = Package("npm", "@anthropic-ai/sdk", "1.14.0")


def _claude(desk: Desk) -> Started:
    env = {"ANTHROPIC_BASE_URL": desk.where.url, "ANTHROPIC_API_KEY": KEY}
    env |= {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "DISABLE_AUTOUPDATER": "1"}
    return Started((_program(_CLAUDE, "claude"), "-p", "--allowedTools", "Bash", "--", PROMPT), env)


def _codex(desk: Desk, url: str, login: object) -> Started:
    desk.write_json(".codex/auth.json", login)
    settings = {"model": desk.where.model, "openai_base_url": url, "chatgpt_base_url": desk.where.login + "/backend/"}
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    lines += ["check_for_update_on_startup = false", "[analytics]", "enabled = false"]
    desk.write(".codex/config.toml", "\n".join(lines) + "\n")
    how = ("exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox")
    return Started((_program(_CODEX, "codex"), *how, PROMPT))


def _codex_key(desk: Desk) -> Started:
    return _codex(desk, f"{desk.where.url}/v1", {"auth_mode": "apikey", "OPENAI_API_KEY": KEY})


def _codex_login(desk: Desk) -> Started:
    account = {"chatgpt_account_id": "made-up-account", "chatgpt_plan_type": "plus", "chatgpt_user_id": "made-up-user"}
    claims = {"email": "nobody@example.org", "exp": _FOREVER, "https://api.openai.com/auth": account}
    token = ".".join((_part({"alg": "none"}), _part(claims), "made-up"))
    tokens = {"id_token": token, "access_token": token, "refresh_token": "made-up", "account_id": "made-up-account"}
    login = {"auth_mode": "chatgpt", "OPENAI_API_KEY": None, "tokens": tokens, "last_refresh": "2099-12-31T00:00:00Z"}
    return _codex(desk, desk.where.login, login)


def _part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _opencode(provider: str, npm: str | None = None) -> Callable[[Desk], Started]:
    def start(desk: Desk) -> Started:
        model = desk.where.model
        options = {"baseURL": f"{desk.where.url}/v1", "apiKey": KEY}
        how = {"options": options, "models": {model: {"name": model}}} | ({"npm": npm} if npm else {})
        settings = {"provider": {provider: how}, "autoupdate": False, "share": "disabled", "permission": "allow"}
        desk.write_json(".config/opencode/opencode.json", settings)
        command = (_program(_OPENCODE, "opencode"), "run", "-m", f"{provider}/{model}", PROMPT)
        return Started(command, {"OPENCODE_DISABLE_AUTOUPDATE": "1", "OPENCODE_DISABLE_MODELS_FETCH": "1"})

    return start


def _aider(desk: Desk) -> Started:
    said = {"--model": f"openai/{desk.where.model}", "--openai-api-base": f"{desk.where.url}/v1",
            "--openai-api-key": KEY, "--edit-format": "diff", "--map-tokens": "0", "--message": PROMPT}  # fmt: skip
    off = ("git", "check-update", "show-model-warnings", "show-release-notes", "pretty", "suggest-shell-commands",
           "detect-urls", "gitignore")  # fmt: skip
    options = [part for pair in said.items() for part in pair] + [f"--no-{name}" for name in off]
    command = (_program(_AIDER, "aider"), *options, "--yes-always", "--analytics-disable", EDITED)
    return Started(command, {"LITELLM_LOCAL_MODEL_COST_MAP": "True"})


def _edited(output: str, desk: Desk) -> bool:
    file = desk.work / EDITED
    return file.exists() and RESULT in file.read_text()


def _llm(desk: Desk) -> Started:
    model = {"model_id": "ampel", "model_name": desk.where.model, "api_base": f"{desk.where.url}/v1",
             "supports_tools": True}  # fmt: skip
    # What JSON says is YAML, too.
    desk.write_json(".llm/extra-openai-models.yaml", [model])
    adds = "def add(a: int, b: int) -> int:\n    'Adds.'\n    return a + b\n"
    command = (_program(_LLM, "llm"), "-m", "ampel", "--key", KEY, "--functions", adds, PROMPT)
    return Started(command, {"LLM_USER_PATH": str(desk.folder / ".llm")})


def _python(package: Package, script: str) -> Callable[[Desk], Started]:
    def start(desk: Desk) -> Started:
        command = (_program(package, "python"), str(_SCRIPTS / script), desk.where.url, desk.where.model, PROMPT)
        return Started(command, {"AMPEL_KEY": KEY})

    return start


def _node(package: Package, script: str) -> Callable[[Desk], Started]:
    def start(desk: Desk) -> Started:
        # Node looks for packages beside the script.
        copy = desk.write(script, (_SCRIPTS / script).read_text())
        beside = desk.folder / "node_modules"
        if not beside.exists():
            beside.symlink_to(package.folder / "node_modules")
        return Started(("node", str(copy), desk.where.url, desk.where.model, PROMPT), {"AMPEL_KEY": KEY})

    return start


_CHAT, _RESPONSES, _MESSAGES = "/chat/completions", "/responses", "/messages"
TOOLS = (
    Tool("Claude Code", _MESSAGES, "anthropic", _CLAUDE, _claude),
    Tool("Codex, key", _RESPONSES, "openai", _CODEX, _codex_key),
    Tool("Codex, ChatGPT login", _RESPONSES, "chatgpt", _CODEX, _codex_login),
    Tool("opencode, openai", _RESPONSES, "openai", _OPENCODE, _opencode("openai")),
    Tool("opencode, compatible", _CHAT, "openai", _OPENCODE, _opencode("own", "@ai-sdk/openai-compatible")),
    Tool("opencode, anthropic", _MESSAGES, "anthropic", _OPENCODE, _opencode("anthropic")),
    Tool("aider", _CHAT, "openai", _AIDER, _aider, called=_edited),
    Tool("llm", _CHAT, "openai", _LLM, _llm),
    Tool("openai-python, chat", _CHAT, "openai", _OPENAI_PY, _python(_OPENAI_PY, "openai_chat.py")),
    Tool("openai-python, responses", _RESPONSES, "openai", _OPENAI_PY, _python(_OPENAI_PY, "openai_responses.py")),
    Tool("openai-node, chat", _CHAT, "openai", _OPENAI_JS, _node(_OPENAI_JS, "openai_chat.mjs")),
    Tool("openai-node, responses", _RESPONSES, "openai", _OPENAI_JS, _node(_OPENAI_JS, "openai_responses.mjs")),
    Tool("anthropic-python", _MESSAGES, "anthropic", _ANTHROPIC_PY, _python(_ANTHROPIC_PY, "messages.py")),
    Tool("anthropic-node", _MESSAGES, "anthropic", _ANTHROPIC_JS, _node(_ANTHROPIC_JS, "messages.mjs")),
)
