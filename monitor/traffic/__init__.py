"""The platform's own calls as a witness: what is told and asked of them, kept and judged."""

from monitor.traffic.counting import Answer, ask
from monitor.traffic.watch import TrafficWatch

__all__ = ["Answer", "TrafficWatch", "ask"]
