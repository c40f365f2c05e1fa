"""Telegram is believed by the certificates of the machine, and on one that has none by those we bring."""

import ssl

from bot.telegram.client import trusted_certificates


def test_a_machine_with_certificates_is_believed() -> None:
    assert trusted_certificates("/etc/ssl/certs/ca-certificates.crt") is True


def test_a_machine_without_certificates_has_those_we_bring() -> None:
    tls = trusted_certificates(None)
    assert isinstance(tls, ssl.SSLContext)
    assert tls.verify_mode is ssl.CERT_REQUIRED
    assert tls.check_hostname
    assert tls.cert_store_stats()["x509_ca"] > 0
