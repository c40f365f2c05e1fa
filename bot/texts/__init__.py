"""Every Indonesian sentence Loket says, one function a notice; facts in, `Text` out.

Text from outside (names, product codes, the biller's reasons) is only ever put in as plain characters:
no markup is parsed anywhere, so that nothing in it can format, link or hide.
"""
