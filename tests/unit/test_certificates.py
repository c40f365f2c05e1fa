"""Telegram is believed by the certificates of the machine, and on one that has none by those we bring."""

import ssl
from pathlib import Path

import pytest

from bot.telegram.client import believed


def test_a_machine_with_certificates_is_believed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificates.pem"))
    (tmp_path / "certificates.pem").touch()
    assert believed() is True


def test_a_machine_without_certificates_has_those_we_bring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere.pem")
    tls = believed()
    assert isinstance(tls, ssl.SSLContext)
    assert tls.verify_mode is ssl.CERT_REQUIRED
    assert tls.check_hostname
    assert tls.cert_store_stats()["x509_ca"] > 0
