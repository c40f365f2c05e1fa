"""Kills the real program: real processes, files and sockets, SIGKILL at every boundary and at random moments.

Each process of the program is a life. `lives.py` starts them (by `tests/fork_server.py`) and signals them,
`boundaries.py` lists the moments at which they are killed, `batch.py` kills one life after another on one
database and lets the last one finish, `ledgers.py` compares the biller, the database and the chats, and
`campaign.py` runs many batches. `replicas.py` kills and freezes two replicas on a
PostgreSQL that fails as well.
"""
