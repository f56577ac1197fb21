"""Reading how the machine is connected from the kernel's tables."""

from pathlib import Path

from trayapp.desktop.uplink import Uplink, network_name, uplink

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


ARP = """\
IP address       HW type     Flags       HW address            Mask     Device
192.168.0.1      0x1         0x2         {mac}     *        wlan0
192.168.0.9      0x1         0x2         52:54:00:99:99:99     *        wlan0
"""
HOME = Uplink((("wlan0", "0100A8C0"),), ("c0a80017",))


def test_a_network_is_known_by_its_gateway_and_that_ones_hardware(tmp_path: Path) -> None:
    """Half of all homes have 192.168.0.1 as their gateway."""
    names = [network_name(HOME, tmp_path)]
    for mac in ("52:54:00:12:34:56", "00:00:00:00:00:00", "52:54:00:65:43:21", "52:54:00:12:34:56"):
        (tmp_path / "arp").write_text(ARP.format(mac=mac))
        names.append(network_name(HOME, tmp_path))
    assert [names.index(name) for name in names] == [0, 1, 0, 3, 1]


def test_the_own_address_is_no_part_of_it(tmp_path: Path) -> None:
    assert network_name(Uplink(HOME.routes, ("c0a80099",)), tmp_path) == network_name(HOME, tmp_path)


def test_without_tables_the_own_addresses_tell_and_without_those_nothing(tmp_path: Path) -> None:
    here, there = (network_name(Uplink((), (address,)), tmp_path) for address in ("c0a80017", "0a000002"))
    assert here != there
    assert network_name(Uplink((), ()), tmp_path) == ""
