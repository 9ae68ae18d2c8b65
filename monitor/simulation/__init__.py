"""The whole application in virtual time: fakes at the ports, everything else real."""
