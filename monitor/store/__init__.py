"""What must survive a power cut: one SQLite file, or plain memory behind the same port."""
