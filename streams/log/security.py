"""How Wireroom proves who it is to a Kafka broker, and makes sure which broker it speaks to.

It must not read settings or files of secrets; the settings do.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from streams.errors import ConfigError

Protocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


@dataclass(frozen=True, slots=True)
class KafkaSecurity:
    """TLS and SASL of the connections to a broker; certificate and host name are always checked.

    Attributes:
        protocol: as in Kafka's ``security.protocol``.
        mechanism: as in Kafka's ``sasl.mechanism``; used with the SASL protocols.
        username: needed with the SASL protocols.
        password: needed with the SASL protocols; never shown.
        cafile: PEM file of the authorities to trust; None trusts the system's.
        certfile: PEM file of our own certificate, where the broker asks for one.
        keyfile: PEM file of its private key; None when ``certfile`` holds it.
        keyfile_password: of an encrypted key; never shown.

    Raises:
        ConfigError: a value is unknown, or one that the protocol needs is missing.
    """

    protocol: Protocol = "PLAINTEXT"
    mechanism: Mechanism = "PLAIN"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    cafile: str | None = None
    certfile: str | None = None
    keyfile: str | None = None
    keyfile_password: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.protocol not in get_args(Protocol):
            raise ConfigError(_unknown("protocol", self.protocol, get_args(Protocol)))
        if self.mechanism not in get_args(Mechanism):
            raise ConfigError(_unknown("SASL mechanism", self.mechanism, get_args(Mechanism)))
        if self.uses_sasl and not (self.username and self.password):
            raise ConfigError(f"{self.protocol} needs both a user name and a password")
        if not self.uses_tls and (self.cafile or self.certfile or self.keyfile):
            raise ConfigError(
                f"certificates are given but {self.protocol} does not encrypt: "
                "use SSL or SASL_SSL, or leave them out"
            )
        if self.keyfile and not self.certfile:
            raise ConfigError("a private key needs its certificate: give both")

    @property
    def uses_tls(self) -> bool:
        """The connection is encrypted."""
        return self.protocol in {"SSL", "SASL_SSL"}

    @property
    def uses_sasl(self) -> bool:
        """A user name and a password are sent."""
        return self.protocol in {"SASL_PLAINTEXT", "SASL_SSL"}

    def ssl_context(self) -> ssl.SSLContext | None:
        """The TLS settings of a connection, TLS 1.2 at least; None when it is not encrypted.

        Raises:
            ConfigError: a file is missing, is not PEM, or the key's password is wrong.
        """
        if not self.uses_tls:
            return None
        for name in (self.cafile, self.certfile, self.keyfile):
            if name is not None and not Path(name).is_file():
                raise ConfigError(f"{name} does not exist: name a PEM file")
        try:
            context = ssl.create_default_context(cafile=self.cafile)
        except (ssl.SSLError, OSError) as error:
            raise ConfigError(f"{self.cafile} holds no certificate in PEM: {error}") from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.certfile is not None:
            try:
                # An empty password, never None: OpenSSL would ask for it on the terminal.
                context.load_cert_chain(
                    self.certfile, self.keyfile, password=self.keyfile_password or ""
                )
            except (ssl.SSLError, OSError) as error:
                raise ConfigError(
                    f"{self.certfile} and its key cannot be used (wrong password, or they do not "
                    f"belong together): {error}"
                ) from error
        return context

    def aiokafka_options(self) -> dict[str, Any]:
        """The keyword arguments of aiokafka's producer, consumer and admin client."""
        options: dict[str, Any] = {"security_protocol": self.protocol}
        if self.uses_tls:
            options["ssl_context"] = self.ssl_context()
        if self.uses_sasl:
            options["sasl_mechanism"] = self.mechanism
            options["sasl_plain_username"] = self.username
            options["sasl_plain_password"] = self.password
        return options


def _unknown(what: str, value: str, known: tuple[str, ...]) -> str:
    return f"{value!r} is no {what} that Wireroom knows: use one of {', '.join(known)}"
