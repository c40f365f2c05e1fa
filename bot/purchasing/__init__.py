"""An order from placing to its result: the workers and rules that spend money."""
