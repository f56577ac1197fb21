"""Reading how the machine is connected from the kernel's tables."""

from pathlib import Path

from trayapp.desktop.uplink import uplink

ROUTE = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
wlan0\t00000000\t0100A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
tun0\t00000000\t01020A0A\t0003\t0\t0\t0\t00000080\t0\t0\t0
wlan0\t0000A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0
"""

IPV6_ROUTE = f"""\
fd{"0" * 30} 40 {"0" * 32} 00 {"0" * 32} 00000100 00000001 00000000 00000001     eth0
{"0" * 32} 00 {"0" * 32} 00 fe80{"0" * 27}1 00000400 00000002 00000000 00000003    wlan0
{"0" * 31}1 80 {"0" * 32} 00 {"0" * 32} 00000000 00000002 00000000 80200001       lo
{"0" * 32} 00 {"0" * 32} 00 {"0" * 32} ffffffff 00000001 00000000 00200200       lo
"""


def test_only_default_routes_count(tmp_path: Path) -> None:
    (tmp_path / "route").write_text(ROUTE)
    (tmp_path / "ipv6_route").write_text(IPV6_ROUTE)
    assert uplink(tmp_path).routes == (("wlan0", "0100A8C0"), ("wlan0", f"fe80{'0' * 27}1"))


def test_no_tables_are_no_routes(tmp_path: Path) -> None:
    assert uplink(tmp_path).routes == ()


def test_two_looks_at_a_machine_left_alone_agree() -> None:
    assert uplink() == uplink()
