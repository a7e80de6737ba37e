"""Ways to live the same days, with the same bits: `table` for size, `agents` for looking."""
