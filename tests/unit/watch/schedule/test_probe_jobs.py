"""What is asked: the probes of the watched services, joined where they are the same request."""

from trayapp.core.catalogue import Auth, Catalogue, Component, Part, Probe, ProbeKind, Provider, Service
from trayapp.core.evidence.observation import Depth
from trayapp.settings.schema import Completion, ProviderSettings, Settings, Watch
from trayapp.watch.schedule.probe_jobs import probe_jobs

URL = "https://api.acme.example/v1/models"
CHAT_URL = "https://api.acme.example/v1/chat/completions"


def _api(url: str = URL, *components: str) -> Probe:
    return Probe(kind=ProbeKind.API, components=components or ("chat",), url=url, auth=Auth.BEARER, key="acme")


def _service(name: str, *probes: Probe) -> Service:
    return Service(id=name, name=name, components=(Component("chat", "Chat", main=True),), probes=probes)


def _catalogue(*services: Service) -> Catalogue:
    return Catalogue({"acme": Provider(provider="acme", name="Acme", services=services)})


def _settings(*services: str, completion: Completion | None = None, interval_s: int = 60) -> Settings:
    providers = {} if completion is None else {"acme": ProviderSettings(completion=completion)}
    return Settings(watch=Watch(services=services, probe_interval_s=interval_s), providers=providers)


def test_only_watched_services_are_asked() -> None:
    catalogue = _catalogue(_service("one", _api()), _service("two", _api(URL + "?two")))
    (job,) = probe_jobs(catalogue, _settings("two"))
    assert job.probe.url == URL + "?two"
    assert (job.provider, job.parts, job.depth) == ("acme", (Part("two", "chat"),), Depth.API)


def test_equal_requests_are_sent_once_for_all() -> None:
    catalogue = _catalogue(_service("one", _api()), _service("two", _api()))
    (job,) = probe_jobs(catalogue, _settings("one", "two"))
    assert job.parts == (Part("one", "chat"), Part("two", "chat"))


def test_different_requests_are_not() -> None:
    catalogue = _catalogue(_service("one", _api(), _api(URL + "?limit=1")))
    assert len(probe_jobs(catalogue, _settings("one"))) == 2


def test_the_users_interval_counts() -> None:
    (job,) = probe_jobs(_catalogue(_service("one", _api())), _settings("one", interval_s=600))
    assert job.interval_s == 600


class TestCompletions:
    probe = Probe(kind=ProbeKind.COMPLETION, components=("chat",), url=CHAT_URL, model="small", key="acme")

    def test_they_are_off_unless_asked_for(self) -> None:
        catalogue = _catalogue(_service("one", self.probe))
        assert probe_jobs(catalogue, _settings("one")) == []
        assert probe_jobs(catalogue, _settings("one", completion=Completion())) == []

    def test_asked_for_they_run_at_the_users_interval(self) -> None:
        told = Completion(enabled=True, interval_s=1200)
        (job,) = probe_jobs(_catalogue(_service("one", self.probe)), _settings("one", completion=told))
        assert (job.depth, job.interval_s, job.model) == (Depth.COMPLETION, 1200, "small")

    def test_the_users_model_comes_first(self) -> None:
        told = Completion(enabled=True, model="mine")
        (job,) = probe_jobs(_catalogue(_service("one", self.probe)), _settings("one", completion=told))
        assert job.model == "mine"

    def test_without_a_model_there_is_nothing_to_ask(self) -> None:
        probe = Probe(kind=ProbeKind.COMPLETION, components=("chat",), url=CHAT_URL, key="acme")
        told = Completion(enabled=True)
        assert probe_jobs(_catalogue(_service("one", probe)), _settings("one", completion=told)) == []
