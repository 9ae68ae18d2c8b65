"""What an agent and the core say to each other; both sides import the same words from here."""
