"""XML as wires send it: mended where nothing is lost, refused with a code where something is."""

from __future__ import annotations

import pytest

from schemas.raw import RawMessage
from streams.decode import decode
from streams.decode.xml_document import (
    XmlDocument,
    attribute,
    descendants,
    find,
    find_all,
    local,
    parse,
    text_of,
)
from streams.steps import Fail


def read(text: str) -> XmlDocument:
    document = parse(text)
    assert isinstance(document, XmlDocument), document
    return document


def code(text: str) -> str:
    document = parse(text)
    assert isinstance(document, Fail)
    return document.code


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<a>x &amp; y</a>", "x & y"),
        ("<a>AT&T &nbsp;&eacute; &foo; x & y</a>", "AT&T \xa0é &foo; x & y"),
        ("<a><![CDATA[AT&T <b>]]> & co</a>", "AT&T <b> & co"),
        ("<a>one\x07two&#1;</a>", "one two "),
        ("<a>&#233;&#x2014;</a>", "é—"),
        ("<a>x <b>c</a>", "x c"),
        ("<a>b</a> trailing", "b"),
        ('<?xml version="1.0" encoding="nonsense"?><a>é</a>', "é"),
        ("\ufeff\n <a>b</a>", "b"),
        ('<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a>b</a>', "b"),
        ('<!DOCTYPE a [<!ENTITY % n SYSTEM "n.dtd"> %n;]><a>b</a>', "b"),
        ("<ns:a xmlns='x'>b</ns:a>", "b"),
    ],
)
def test_what_can_be_mended_is_read_whole(text: str, said: str) -> None:
    assert "".join(read(text).root.itertext()) == said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a><b>text", "xml-truncated"),
        ("<a><b>text</b", "xml-truncated"),
        ('<!DOCTYPE l [<!ENTITY a "aa">]><l>&a;</l>', "xml-entity-forbidden"),
        (
            '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>',
            "xml-entity-forbidden",
        ),
        (
            '<?xml version="1.0"?>\n<!DOCTYPE l [<!ENTITY a "aa">]>\n<l>&a;</l>',
            "xml-entity-forbidden",
        ),
        ("<a>" * 300 + "x" + "</a>" * 300, "xml-too-deep"),
        ("text", "xml-invalid"),
    ],
)
def test_what_cannot_is_refused_with_a_code(text: str, expected: str) -> None:
    assert code(text) == expected


def test_each_repair_is_said() -> None:
    warnings = read('<!DOCTYPE a SYSTEM "a.dtd"><a>\x07 & <b>c</a> x').warnings
    assert [warning.partition(":")[0] for warning in warnings] == [
        "doctype-external",
        "xml-control-characters",
        "xml-reference-repaired",
        "xml-trailing-text",
        "xml-repaired",
    ]


def test_a_prefix_without_a_namespace_is_passed_over() -> None:
    document = read("<n:a><n:b>x</n:b></n:a>")
    assert [node.tag for node in document.root.iter()] == ["a", "b"]
    assert document.warnings[0].startswith("xml-repaired:")


def test_a_prefix_before_what_is_no_name_stays() -> None:
    document = read("<a><subj:0400>x</subj:0400><n:b>y</n:b></a>")
    assert [node.tag for node in document.root.iter()] == ["a", "subj:0400", "b"]


@pytest.mark.parametrize("name", ["b:", ":b", "b:1", "b:c:d", "b:é", "b:-", ":"])
def test_a_name_that_damage_made_is_no_crash(name: str) -> None:
    parsed = parse(f"<a><{name}>x</{name}><n:c>y</n:c></a>")
    assert isinstance(parsed, Fail) or "".join(parsed.root.itertext()) == "xy"


def test_elements_are_found_by_local_names() -> None:
    root = read('<n:a xmlns:n="u" n:id=" 1  2 "><n:b><c>x\n y</c></n:b><b><c>z</c></b></n:a>').root
    assert local(root) == "a"
    assert attribute(root, "id") == "1 2"
    assert text_of(find(root, "b", "c")) == "x y"
    assert [text_of(node) for node in find_all(root, "b", "c")] == ["x y", "z"]
    assert len(list(descendants(root, "c"))) == 2
    assert find(root, "z", "c") is None
    assert attribute(None, "id") is None


@pytest.mark.parametrize(
    "head", [b'<?xml version="1.0" encoding="UTF-8"?>\n', b'<?xml version="1.']
)
def test_a_declaration_alone_is_a_document_cut_and_no_text(head: bytes) -> None:
    (answer,) = decode(RawMessage(body=head))
    assert isinstance(answer, Fail)
    assert answer.code == "xml-truncated"


def test_the_first_element_may_come_after_a_long_comment() -> None:
    comment = f"<!-- {'x ' * 5_000} -->"
    body = f'<?xml version="1.0"?>{comment}<nitf><body><p>Text.</p></body></nitf>'
    (answer,) = decode(RawMessage(body=body.encode()))
    assert not isinstance(answer, Fail)
    assert answer.format == "nitf"
