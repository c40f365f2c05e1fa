"""The real agents, storage and texts in a world of seeded misfortune: one seed, one story, always.

`loop.py` makes time and order of things virtual, `plan.py` draws how bad a seed is, `disk.py`, `biller.py`,
`telegram.py` and `people.py` are the world outside, `life.py` is one life of the process, `world.py` joins
them and runs a seed, `invariants.py` compares the three ledgers at its end, `mutants.py` plants bugs.
"""
