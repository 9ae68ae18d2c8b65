"""Who is at fault: `engine.Engine` is the interface, `judge.Judge` fills it upon inference."""
