"""The workers and rules that take an order from placing to its result, and spend money."""
