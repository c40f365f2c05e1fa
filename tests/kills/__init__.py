"""Kills the real program: real processes, files and sockets, SIGKILL at every boundary and at random moments.

`nursery.py` is a fork server for processes of the program, each of which is a life. `lives.py` controls them,
`boundaries.py` lists the moments at which they are killed, `batch.py` kills one life after another on one
database and lets the last one finish, `ledgers.py` compares the biller, the database and the chats, and
`campaign.py` runs many batches. `replicas.py` kills and freezes two replicas on a
PostgreSQL that fails as well.
"""
