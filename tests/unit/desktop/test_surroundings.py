"""What a look at the own machine makes of links and files; the kernel itself is asked in namespaces."""

from pathlib import Path

import pytest

from trayapp.core.evidence.surroundings import LinkKind, Surroundings
from trayapp.desktop import surroundings as module
from trayapp.desktop.netlink import KernelLink
from trayapp.desktop.surroundings import gateway_address, is_tunnel, link_kind, proxy_host, surroundings
from trayapp.desktop.uplink import Uplink

VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "http_proxy", "HTTP_PROXY")


def link(kind: str = "", hardware: int = 1, name: str = "x0") -> KernelLink:
    return KernelLink(2, name, kind, hardware, up=True)


@pytest.mark.parametrize(
    ("seen", "tunnel", "kind"),
    [
        (link(), False, LinkKind.CABLE),
        (link("veth"), False, LinkKind.CABLE),
        (link("bridge"), False, LinkKind.CABLE),
        (link("wwan"), False, LinkKind.MOBILE),
        (link("rmnet", 519), False, LinkKind.MOBILE),
        (link("", 519), False, LinkKind.MOBILE),
        (link("tun", 65534), True, None),
        (link("tun", 1), True, LinkKind.CABLE),
        (link("wireguard", 65534), True, None),
        (link("ppp", 512), True, None),
        (link("", 512), True, None),
        (link("sit", 776), True, None),
        (link("xfrm", 65534), True, None),
        (link("", 65534), True, None),
    ],
)
def test_kinds_of_links(seen: KernelLink, tunnel: bool, kind: LinkKind | None, tmp_path: Path) -> None:
    assert is_tunnel(seen) is tunnel
    assert link_kind(seen, tmp_path) is kind


@pytest.mark.parametrize(
    ("file", "text", "kind"),
    [
        ("phy80211/name", "phy0", LinkKind.WIFI),
        ("wireless/link", "0", LinkKind.WIFI),
        ("uevent", "DEVTYPE=wwan\nINTERFACE=x0\n", LinkKind.MOBILE),
        ("uevent", "INTERFACE=x0\n", LinkKind.CABLE),
    ],
)
def test_what_sys_tells_of_a_link(file: str, text: str, kind: LinkKind, tmp_path: Path) -> None:
    place = tmp_path / "sys/class/net/x0" / file
    place.parent.mkdir(parents=True)
    place.write_text(text)
    assert link_kind(link(), tmp_path) is kind


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("0100A8C0", "192.168.0.1"),
        ("00000000", None),
        ("fe800000000000000000000000000001", "fe80::1"),
        ("0" * 32, None),
    ],
)
def test_addresses_of_gateways(written: str, address: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.byteorder", "little")
    assert gateway_address(written) == address


@pytest.mark.parametrize(
    ("resolv", "stub", "found"),
    [
        ("# none\n", None, ()),
        (None, None, ()),
        ("nameserver 192.168.1.1\nnameserver fe80::1%wlan0\n", None, ("192.168.1.1", "fe80::1%wlan0")),
        ("nameserver 127.0.0.53\noptions edns0\n", "nameserver 192.168.1.1\n", ("192.168.1.1",)),
        ("nameserver 127.0.0.53\n", None, ("127.0.0.53",)),
        ("nameserver 127.0.0.1\n", "nameserver 192.168.1.1\n", ("127.0.0.1",)),
        ("nameserver 1.0.0.1\n" * 5, None, ("1.0.0.1",) * 3),
        ("nameserver\nsearch lan\n", None, ()),
    ],
)
def test_resolvers(resolv: str | None, stub: str | None, found: tuple[str, ...], tmp_path: Path) -> None:
    for place, text in (("etc/resolv.conf", resolv), ("run/systemd/resolve/resolv.conf", stub)):
        if text is not None:
            (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / place).write_text(text)
    assert module._resolvers(tmp_path) == found


@pytest.mark.parametrize(
    ("variables", "host"),
    [
        ({}, None),
        ({"https_proxy": "http://user:geheim@proxy.corp.example:3128"}, "proxy.corp.example"),
        ({"https_proxy": "proxy.corp.example:3128"}, "proxy.corp.example"),
        ({"all_proxy": "socks5://[2001:db8::8]:1080"}, "2001:db8::8"),
        ({"http_proxy": "http://only.for.http:80"}, None),
        ({"https_proxy": "http://[half"}, None),
        ({"https_proxy": ""}, None),
    ],
)
def test_the_proxy_by_its_host_alone(
    variables: dict[str, str], host: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert proxy_host() == host


def test_where_the_kernel_does_not_answer_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("trayapp.desktop.netlink.hop_to", refused)
    seen = surroundings()
    assert (seen.way, seen.link, seen.gateway, seen.tunnel) == (None, None, None, None)


@pytest.mark.parametrize(("addresses", "way"), [(("c0a80017",), True), ((), None)])
def test_elsewhere_an_own_address_is_all_that_tells(
    addresses: tuple[str, ...], way: bool | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setattr(module, "proxy_host", lambda: None)
    monkeypatch.setattr(module, "uplink", lambda: Uplink((), addresses))
    assert surroundings(tmp_path) == Surroundings(way=way)
