from __future__ import annotations

import ssl

import pytest

from streams.errors import ConfigError
from streams.log import KafkaSecurity

SASL = {"username": "desk", "password": "s3cret"}


def test_the_default_is_neither_encryption_nor_a_user():
    security = KafkaSecurity()
    assert security.aiokafka_options() == {"security_protocol": "PLAINTEXT"}
    assert security.ssl_context() is None


def test_sasl_options_name_mechanism_user_and_password():
    options = KafkaSecurity("SASL_PLAINTEXT", "SCRAM-SHA-512", **SASL).aiokafka_options()
    assert options == {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "desk",
        "sasl_plain_password": "s3cret",
    }


@pytest.mark.parametrize("protocol", ["SSL", "SASL_SSL"])
def test_certificate_and_host_name_are_always_checked(protocol):
    context = KafkaSecurity(protocol, **SASL).aiokafka_options()["ssl_context"]
    assert context.check_hostname is True
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_secrets_are_not_shown():
    shown = repr(KafkaSecurity("SASL_SSL", keyfile_password="l0cked", **SASL))  # noqa: S106
    assert "s3cret" not in shown
    assert "l0cked" not in shown


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"protocol": "TLS"}, "use one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL"),
        ({"protocol": "SASL_SSL", "mechanism": "GSSAPI", **SASL}, "use one of PLAIN, SCRAM"),
        ({"protocol": "SASL_SSL", "username": "desk"}, "both a user name and a password"),
        ({"protocol": "SASL_PLAINTEXT", "password": "x"}, "both a user name and a password"),
        ({"protocol": "PLAINTEXT", "cafile": "ca.pem"}, "does not encrypt"),
        ({"protocol": "SSL", "keyfile": "key.pem"}, "needs its certificate"),
    ],
)
def test_what_contradicts_itself_is_refused(settings, says):
    with pytest.raises(ConfigError, match=says):
        KafkaSecurity(**settings)


def test_files_that_are_missing_or_not_pem_are_named(tmp_path):
    with pytest.raises(ConfigError, match=r"ca\.pem does not exist"):
        KafkaSecurity("SSL", cafile=str(tmp_path / "ca.pem")).ssl_context()
    junk = tmp_path / "junk.pem"
    junk.write_bytes(b"\x00not a certificate")
    with pytest.raises(ConfigError, match=r"junk\.pem holds no certificate"):
        KafkaSecurity("SSL", cafile=str(junk)).ssl_context()
    with pytest.raises(ConfigError, match=r"junk\.pem and its key cannot be used"):
        KafkaSecurity("SSL", certfile=str(junk)).ssl_context()
