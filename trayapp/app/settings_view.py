"""What the settings dialog starts from."""

from typing import TYPE_CHECKING

from trayapp.ui.commands import KeySlot, ServiceChoice, SettingsView

if TYPE_CHECKING:
    from trayapp.engine.engine import Engine


def settings_view(engine: "Engine") -> SettingsView:
    """What the settings dialog starts from."""
    from trayapp.core.catalogue import ProbeKind
    from trayapp.core.hosts import host_of
    from trayapp.settings.services import key_places

    catalogue = engine.loaded.catalogue
    services = [
        ServiceChoice(service.id, service.name, provider.name, service.id in engine.loaded.own)
        for provider, service in catalogue.services()
    ]
    keys: dict[str, KeySlot] = {}
    # The keys of what is watched first: there are twenty others.
    watched = dict.fromkeys(
        provider.provider for provider, _ in catalogue.watched(engine.loaded.settings.watch.services)
    )
    for provider in (*(catalogue.providers[name] for name in watched), *catalogue.providers.values()):
        completes = any(probe.kind is ProbeKind.COMPLETION for one in provider.services for probe in one.probes)
        for name, url, _ in key_places(provider):
            keys.setdefault(name, KeySlot(name, provider.provider, provider.name, host_of(url), completes))
    edition = engine.loaded.edition
    today = engine.clock.wall(engine.clock.now()).date()
    return SettingsView(
        engine.loaded.settings,
        tuple(services),
        tuple(keys.values()),
        engine.switch.tokens.names(),
        edition,
        0 if edition is None else max(0, (today - edition.date).days),
        engine.loaded.updated,
    )
