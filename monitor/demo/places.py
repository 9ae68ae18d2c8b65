"""Who lives where in the demo world: the addresses of config/demo.yaml, movable as a whole.

Every place is `127.N.x.y`; N is the neighbourhood. An address is written here without its
neighbourhood ("10.2"), so that two worlds can live on one machine.
"""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_NEIGHBOURHOOD = 77
NEIGHBOURHOODS = range(2, 255)
CONTROL_PORT = 9000
RESERVATION = ("0.1", CONTROL_PORT)  # bound by the world's own process as long as it lives

NAMES = "names"  # the DNS server
PROVIDER = "provider"
PROVIDER_PLACE = ("4.1", 8080)

VANTAGES = {
    "tehran-shatel": "1.1",
    "tehran-mci": "1.2",
    "mashhad-irancell": "1.3",
    "shiraz-tci": "1.4",
    "frankfurt": "1.5",
}
IN_COUNTRY = ("1.1", "1.2", "1.3", "1.4")
ABROAD = ("1.5",)


@dataclass(frozen=True, slots=True)
class Host:
    """A name with an address and a listening port."""

    name: str
    place: str  # the address without its neighbourhood
    port: int
    tls: bool = False


HOSTS: dict[str, tuple[Host, ...]] = {
    "boghrat": (Host("panel.boghrat.demo", "2.1", 8443, tls=True),),
    "tamin": (
        Host("account.tamin.demo", "10.1", 8443, tls=True),
        Host("soa.tamin.demo", "10.2", 8443, tls=True),
        Host("api.tamin.demo", "10.3", 8443, tls=True),
    ),
    "ihio": (Host("erx.ihio.demo", "11.1", 8443, tls=True),),
    "references": (
        Host("a.home.demo", "20.1", 8080),
        Host("b.home.demo", "20.2", 8080),
        Host("a.abroad.demo", "21.1", 8080),
        Host("b.abroad.demo", "21.2", 8080),
    ),
}
NAMES_HOST = Host("ns.govah.demo", "3.53", 5353)


def address(neighbourhood: int, place: str) -> str:
    """Write `place` as a full loopback address."""
    return f"127.{neighbourhood}.{place}"


def all_hosts() -> tuple[Host, ...]:
    """Every host that has a name, in the order of the processes."""
    return tuple(host for hosts in HOSTS.values() for host in hosts)


def control_address(process: str, neighbourhood: int) -> str:
    """Where `process` takes its faults: its first address, port `CONTROL_PORT`."""
    first = NAMES_HOST if process == NAMES else HOSTS[process][0]
    return address(neighbourhood, first.place)
