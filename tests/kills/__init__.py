"""The real program, killed: real processes, files and sockets, SIGKILL at every boundary and at any moment.

`nursery.py` forks lives of the program, `lives.py` holds on to them, `boundaries.py` names the moments at
which they are killed, `batch.py` kills one database's lives one after another and then leaves the last in
peace, `ledgers.py` compares what biller, database and Telegram know, `campaign.py` runs many batches.
"""
