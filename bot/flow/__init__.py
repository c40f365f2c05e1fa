"""MOVES: the agents that carry orders from one state to the next, each a short file with a `run_once()`."""
