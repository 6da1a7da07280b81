"""TLS and SASL against a real broker, with an authority made for the test."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import DAY_MS, Topic, TopicName
from streams.errors import TransportError
from streams.log import KafkaSecurity, NewRecord, open_log
from streams.log.headers import raw_record
from tests.faults.feed import messages
from tests.faults.running import Worker, drained, every_record

pytestmark = pytest.mark.kafka

RAW = Topic(TopicName.RAW, 2, 7 * DAY_MS)
USER, PASSWORD = "desk", "p\u00e4ss \"word'=,;"


@dataclass(frozen=True)
class Certificates:
    authority: Path
    server: Path
    elsewhere: Path
    client: Path
    client_key: Path


def run(*command: str | Path) -> None:
    answer = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the TLS tests make certificates with the openssl command: install it")
    folder = tmp_path_factory.mktemp("certificates")
    new_key = (openssl, "req", "-newkey", "rsa:2048")
    run(
        *(*new_key, "-nodes", "-x509", "-days", "2", "-subj", "/CN=Test authority"),
        *("-keyout", folder / "ca.key", "-out", folder / "ca.pem"),
        *("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=keyCertSign"),
    )

    def issue(name: str, alternative: str, *protection: str) -> Path:
        key, request, certificate = (folder / f"{name}.{end}" for end in ("key", "csr", "crt"))
        run(*new_key, *protection, "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        (folder / f"{name}.ext").write_text(f"subjectAltName={alternative}\n")
        run(
            *(openssl, "x509", "-req", "-days", "2", "-in", request, "-out", certificate),
            *("-CA", folder / "ca.pem", "-CAkey", folder / "ca.key", "-CAcreateserial"),
            *("-extfile", folder / f"{name}.ext"),
        )
        both = folder / f"{name}.pem"
        both.write_text(key.read_text() + certificate.read_text())
        return both

    return Certificates(
        authority=folder / "ca.pem",
        server=issue("server", "IP:127.0.0.1", "-nodes"),
        elsewhere=issue("elsewhere", "DNS:broker.example", "-nodes"),
        client=issue("client", "DNS:client.example", "-passout", "pass:locked").with_suffix(".crt"),
        client_key=folder / "client.key",
    )


@pytest.fixture(scope="module")
def broker(
    kafka_libs: Path,
    kafka_launcher: Any,
    certificates: Certificates,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Any]:
    listener = kafka_launcher.Listener

    def tls(keystore: Path, **more: str) -> dict[str, str]:
        return {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(keystore),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(certificates.authority),
            **more,
        }

    security = "org.apache.kafka.common.security"
    quoted = PASSWORD.replace('"', '\\"')
    plain = f'{security}.plain.PlainLoginModule required user_{USER}="{quoted}";'
    scram = f"{security}.scram.ScramLoginModule required;"
    broker = kafka_launcher.Broker(
        tmp_path_factory.mktemp("secure"),
        libs=kafka_libs,
        scram_users={USER: "scrampass"},
        listeners=[
            listener("TLS", "SSL", tls(certificates.server)),
            listener("ELSEWHERE", "SSL", tls(certificates.elsewhere)),
            listener("MUTUAL", "SSL", tls(certificates.server, **{"ssl.client.auth": "required"})),
            listener(
                "PLAIN",
                "SASL_PLAINTEXT",
                {"sasl.enabled.mechanisms": "PLAIN", "plain.sasl.jaas.config": plain},
            ),
            listener(
                "SCRAM",
                "SASL_SSL",
                tls(
                    certificates.server,
                    **{
                        "sasl.enabled.mechanisms": "SCRAM-SHA-256,SCRAM-SHA-512",
                        "scram-sha-256.sasl.jaas.config": scram,
                        "scram-sha-512.sasl.jaas.config": scram,
                    },
                ),
            ),
        ],
    )
    broker.start()
    yield broker
    broker.stop()


async def there_and_back(address: str, security: KafkaSecurity, prefix: str) -> None:
    topic = RAW.full_name(prefix)
    async with open_log(f"kafka://{address}", security) as log:
        assert await log.create_topics([RAW], prefix=prefix) == [topic]
        await log.append([NewRecord(topic, b"k", b"v")])
        end = await log.end_offsets(topic)
        assert [r.value async for b in log.read(topic, stop=end) for r in b] == [b"v"]
        await log.commit(f"{prefix}group", topic, end)
        assert await log.committed(f"{prefix}group", topic) == end


async def refused(
    address: str, security: KafkaSecurity, match: str, *, timeout_s: float = 5.0
) -> None:
    with pytest.raises(TransportError, match=match) as caught:
        async with open_log(f"kafka://{address}", security, connect_timeout_s=timeout_s):
            pass
    assert "\n" not in str(caught.value)
    assert not (security.password and security.password in str(caught.value))


async def test_tls(broker, certificates, kafka_prefix):
    security = KafkaSecurity("SSL", cafile=str(certificates.authority))
    await there_and_back(broker.address("TLS"), security, kafka_prefix)


async def test_tls_with_our_own_certificate_and_its_locked_key(broker, certificates, kafka_prefix):
    security = KafkaSecurity(
        "SSL",
        cafile=str(certificates.authority),
        certfile=str(certificates.client),
        keyfile=str(certificates.client_key),
        keyfile_password="locked",  # noqa: S106
    )
    await there_and_back(broker.address("MUTUAL"), security, kafka_prefix)


async def test_sasl_plain_with_a_difficult_password(broker, kafka_prefix):
    security = KafkaSecurity("SASL_PLAINTEXT", username=USER, password=PASSWORD)
    await there_and_back(broker.address("PLAIN"), security, kafka_prefix)


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-512"])
async def test_sasl_scram_under_tls(broker, certificates, kafka_prefix, mechanism):
    security = KafkaSecurity(
        "SASL_SSL",
        mechanism,
        username=USER,
        password="scrampass",  # noqa: S106
        cafile=str(certificates.authority),
    )
    await there_and_back(broker.address("SCRAM"), security, kafka_prefix)


@pytest.mark.timeout(120)
async def test_every_stage_works_over_scram_and_tls(broker, certificates, kafka_prefix, tmp_path):
    secret = tmp_path / "password"
    secret.write_text("scrampass\n")
    worker = Worker(
        broker.address("SCRAM"),
        kafka_prefix,
        tmp_path,
        ["intake", "desk", "enrich"],
        settings={
            "KAFKA__SECURITY_PROTOCOL": "SASL_SSL",
            "KAFKA__SASL_MECHANISM": "SCRAM-SHA-512",
            "KAFKA__SASL_USERNAME": USER,
            "KAFKA__SASL_PASSWORD_FILE": secret,
            "KAFKA__SSL_CAFILE": certificates.authority,
            "ENRICH__RECOGNISER": "gazetteer",
        },
        start=False,
    )
    # The topics, too, by command and settings alone.
    await asyncio.to_thread(worker.command, "topics", "apply")
    worker.start_again()
    security = KafkaSecurity(
        "SASL_SSL",
        "SCRAM-SHA-256",
        username=USER,
        password="scrampass",  # noqa: S106
        cafile=str(certificates.authority),
    )
    sent = list(messages(3))
    async with open_log(f"kafka://{broker.address('SCRAM')}", security) as log:
        try:
            await log.append([raw_record(raw, kafka_prefix + "raw") for raw in sent])
            await drained(log, kafka_prefix, 60, enrich=True)
        finally:
            status = worker.stop()
        events = await every_record(log, kafka_prefix + TopicName.EVENTS)
        items = await every_record(log, kafka_prefix + TopicName.ITEMS)
        enriched = await every_record(log, kafka_prefix + TopicName.ENRICHED)
    assert status == 0, worker.log.read_text()[-2000:]
    assert len(events) == len(sent)
    # A kill may overtake what it kills, which is then not enriched.
    assert {record.key for record in enriched} == {record.key for record in items} != set()
    assert "scrampass" not in worker.log.read_text()


async def test_a_wrong_password_is_said_in_words(broker, certificates):
    wrong = {"username": USER, "password": "wr0ng"}
    await refused(
        broker.address("PLAIN"),
        KafkaSecurity("SASL_PLAINTEXT", **wrong),
        f"refuses user '{USER}': wrong user name or password",
    )
    await refused(
        broker.address("SCRAM"),
        KafkaSecurity("SASL_SSL", "SCRAM-SHA-256", cafile=str(certificates.authority), **wrong),
        f"refuses user '{USER}': wrong user name or password",
    )


async def test_a_mechanism_that_is_not_offered_is_said_in_words(broker):
    security = KafkaSecurity("SASL_PLAINTEXT", "SCRAM-SHA-256", username=USER, password=PASSWORD)
    await refused(broker.address("PLAIN"), security, "does not offer SASL SCRAM-SHA-256")


async def test_an_authority_we_do_not_trust_is_refused(broker):
    await refused(broker.address("TLS"), KafkaSecurity("SSL"), "certificate is not accepted")


async def test_a_certificate_of_another_host_is_refused(broker, certificates):
    security = KafkaSecurity("SSL", cafile=str(certificates.authority))
    await refused(broker.address("ELSEWHERE"), security, "certificate is not accepted.*127.0.0.1")


async def test_a_missing_client_certificate_is_an_error_in_words(broker, certificates):
    security = KafkaSecurity("SSL", cafile=str(certificates.authority))
    says = r"127\.0\.0\.1:\d+: "
    await refused(broker.address("MUTUAL"), security, says, timeout_s=1)


async def test_protocols_that_do_not_match_are_told(broker, certificates):
    tls = KafkaSecurity("SSL", cafile=str(certificates.authority))
    await refused(broker.address("PLAINTEXT"), tls, "is its protocol SSL", timeout_s=1)
    says = "is its protocol PLAINTEXT|no answer"
    await refused(broker.address("TLS"), KafkaSecurity(), says, timeout_s=1)
    await refused(broker.address("PLAIN"), KafkaSecurity(), says, timeout_s=1)
