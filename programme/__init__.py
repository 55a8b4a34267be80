"""What the New Rural Development programme is: units, levels, targets, calendar, progress. Pure."""
