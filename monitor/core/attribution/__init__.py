"""Who is at fault. `Engine` is the interface; `decide.DecisionList` is the first to fill it."""
