"""Status pages for the parts that a catalogue names, in the format of each vendor; calm, or with an outage of some."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from tests.support import vendorfiles, vendorpages
from tests.support.pagefiles import (
    PAGE_ID,
    component,
    components_file,
    impact,
    incident,
    incidents_file,
    moment,
    native,
    native_incident,
    summary,
)
from tests.support.vendorfiles import Told
from tests.support.vendorpages import BEGAN_S
from trayapp.core.catalogue import Page, Provider
from trayapp.core.evidence.page_report import PageLight

TITLE = "Elevated errors"
# Parts that nobody watches: where the catalogue names none, and an outage that is not theirs.
WHOLE, OTHER = "all-of-it", {"something-else": "Something else"}

SOURCES: dict[str, str] = {
    "aws": "bentleypark/aiwatch worker/src/parsers/__tests__/aws.test.ts",
    "azure": "the quiet feed of 6 August 2026, quoted in public notes",
    "betterstack": "https://betterstack.com/docs/uptime/status-pages/subscribing-to-status-updates/subscribing-to-api/",
    "cloudflare": "bentleypark/aiwatch issue 1384",
    "datadog": "bentleypark/aiwatch worker/src/parsers/__tests__/fixtures/openrouter-datadog-2026-09-15.json",
    "flashduty": "yun474/astrbot_plugin_service_status core/flashduty.py",
    "google": "https://status.cloud.google.com/incidents.schema.json",
    "incidentio": "WorkflowAI/WorkflowAI api/tests/fixtures/uptime/openai_status.json",
    "instatus": "https://instatus.com/help/api/public-data",
    "microsoft": "bjgreenberg/vendor-dashboard test/fixtures/Microsoft-consumer-restored.json",
    "rootly": "https://docs.rootly.com/configuration/status-page-public-api",
    "statuspage": "junxit/ai-status-archive raw/anthropic.json",
    "xai": "jbulpitt/seam-acp test/fixtures/service-status/xai/feed-live-2026-10-05.xml",
}
"""Where a vendor's answers were recorded, or are described. What has no address here is `unverified`."""


def parts_of(provider: Provider) -> dict[str, str]:
    """What the catalogue names of a provider's page: names by id. For a pattern there is a name that fits."""
    named = {name for service in provider.services for one in service.components for name in one.page_components}
    parts = {WHOLE: "All of it"} if "*" in named or not named else {}
    for entry in sorted(named - {"*"}):
        title = entry.removeprefix("name:").replace("*", "").strip()
        parts[re.sub("[^a-z0-9]+", "-", title.lower()) if entry.startswith("name:") else entry] = title
    return parts


def files(page: Page, hit: Mapping[str, str], calm: Mapping[str, str], at: float) -> dict[str, bytes]:
    """What the page answers, by path below its address, with an outage of `hit` since `at`, if there is any."""
    calm = {**calm, **OTHER}
    if page.kind in vendorpages.KINDS:
        state = "major" if hit else "healthy"
        return vendorpages.files(page.kind, state, at + BEGAN_S, hit, calm, page.page_id)
    match page.kind:
        case "statuspage":
            made = _statuspage(page, hit, calm, at)
        case "incidentio":
            made = _incidentio(page, hit, calm, at)
        case kind:
            states = dict.fromkeys(hit, PageLight.MAJOR) | dict.fromkeys(calm, PageLight.OPERATIONAL)
            told = [Told("i1", at, parts=tuple(hit))] if hit else []
            host = urlsplit(page.url).hostname or ""
            unnamed = host.partition(".")[0] if kind == "checkly" else PAGE_ID
            made = vendorfiles.MAKERS[kind](states, told, page.page_id or unnamed)
    return {path: json.dumps(file).encode() for path, file in made.items()}


def _statuspage(page: Page, hit: Mapping[str, str], calm: Mapping[str, str], at: float) -> dict[str, Any]:
    broken = _parts(hit, "major_outage", at)
    told = [incident("i1", TITLE, "investigating", at, impact="critical", components=broken)] if hit else []
    page_id = page.page_id or PAGE_ID
    whole = summary([*broken, *_parts(calm, "operational", at)], told, page_id=page_id)
    return {f"/api/v2/{name}.json": _edited(file, at) for name, file in {
        "summary": whole,
        "incidents": incidents_file(told, page_id),
    }.items()}  # fmt: skip


def _incidentio(page: Page, hit: Mapping[str, str], calm: Mapping[str, str], at: float) -> dict[str, Any]:
    page_id = page.page_id or PAGE_ID
    parts = [*_parts(hit, "full_outage", at), *_parts(calm, "operational", at)]
    told = [incident("i1", TITLE, "investigating", at, impact="critical")] if hit else []
    impacts = [impact(name, "full_outage", at, "i1") for name in hit]
    ongoing = [native_incident("i1", TITLE, "investigating", at, impacts=impacts)] if hit else []
    return {
        "/api/v2/components.json": _edited(components_file(parts, page_id), at),
        "/api/v2/incidents.json": _edited(incidents_file(told, page_id), at),
        f"/proxy/{urlsplit(page.url).hostname}": native(parts, ongoing, page_id=page_id),
    }


def _parts(names: Mapping[str, str], state: str, at: float) -> list[dict[str, Any]]:
    return [component(one, title, state, at) for one, title in names.items()]


def _edited(file: dict[str, Any], at: float) -> dict[str, Any]:
    file["page"]["updated_at"] = moment(at)
    return file
