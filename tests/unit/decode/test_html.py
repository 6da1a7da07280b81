from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.item import ParagraphKind
from schemas.raw import RawMessage
from streams.decode import Decoded, decode
from streams.decode.decoded import Role
from streams.steps import Fail

PARAGRAPHS = [
    "Un séisme de magnitude 6,1 a frappé samedi matin le nord du Chili, a annoncé l'institut.",
    "Les autorités ont fermé le port d'Iquique et demandé aux habitants de gagner les hauteurs.",
    "Le président a promis de se rendre sur place avant la fin de la semaine, selon son bureau.",
]
PAGE = """<!DOCTYPE html>
<html lang="fr-FR"><head>
<meta charset="utf-8"><title>Chili: un séisme fait trois morts | Le Quotidien</title>
<meta property="article:published_time" content="2024-03-02T10:15:00+01:00">
<meta property="article:modified_time" content="2024-03-02T11:00:00+01:00">
<meta name="author" content="Jeanne Martin">
<link rel="canonical" href="https://quotidien.example/chili-seisme">
<style>p {color: red}</style><script>var secret = "never text";</script>
</head><body>
<nav><ul><li><a href="/">Accueil</a></li><li><a href="/monde">Monde</a></li></ul></nav>
<main><article>
<h1>Chili: un séisme
 fait trois morts</h1>
<p>PARA0</p><h2>Le port fermé</h2><p>PARA1</p>
<table><tr><th>Ville</th><th>Morts</th></tr><tr><td>Iquique</td><td>2</td></tr></table>
<ul><li>Iquique: alerte levée dans la soirée de samedi</li></ul>
<figure><img src="x.jpg"><figcaption>Le port d'Iquique, samedi.</figcaption></figure>
<p>PARA2</p>
</article></main>
<footer><p>Mentions légales</p></footer>
</body></html>"""
for number, paragraph in enumerate(PARAGRAPHS):
    PAGE = PAGE.replace(f"PARA{number}", paragraph)


def only(markup: str | bytes, content_type: str | None = None) -> Decoded:
    body = markup.encode() if isinstance(markup, str) else markup
    (decoded,) = decode(RawMessage(body=body, content_type=content_type))
    assert isinstance(decoded, Decoded), decoded
    return decoded


def by_role(decoded: Decoded, role: Role) -> list[str]:
    return [decoded.text[b.start : b.end] for b in decoded.blocks if b.role is role]


def test_headline_body_and_furniture_are_told_apart() -> None:
    decoded = only(PAGE)
    assert by_role(decoded, Role.HEADLINE) == ["Chili: un séisme fait trois morts"]
    body = by_role(decoded, Role.BODY)
    assert [line for line in body if line in PARAGRAPHS] == PARAGRAPHS
    furniture = by_role(decoded, Role.FURNITURE)
    assert {"Accueil", "Monde", "Mentions légales"} <= set(furniture)
    assert decoded.format == "html"


def test_every_word_of_the_page_is_in_the_text_and_no_script() -> None:
    text = only(PAGE).text
    assert "never text" not in text
    assert "color" not in text
    for words in ("Accueil", "Mentions légales", "Le Quotidien", "Le port fermé", *PARAGRAPHS):
        assert words in text


def test_kinds_are_what_the_markup_says() -> None:
    decoded = only(PAGE)
    kinds = {decoded.text[b.start : b.end]: b.kind for b in decoded.blocks}
    assert kinds["Le port fermé"] is ParagraphKind.CROSSHEAD
    assert kinds["Ville\tMorts"] is ParagraphKind.TABLE
    assert kinds["Iquique\t2"] is ParagraphKind.TABLE
    assert kinds["Iquique: alerte levée dans la soirée de samedi"] is ParagraphKind.LIST
    assert kinds["Le port d'Iquique, samedi."] is ParagraphKind.CAPTION


def test_metadata_is_what_the_page_states() -> None:
    facts = only(PAGE).facts
    assert facts.language == "fr-FR"
    assert facts.first_created == datetime(2024, 3, 2, 9, 15, tzinfo=UTC)
    assert facts.version_created == datetime(2024, 3, 2, 10, 0, tzinfo=UTC)
    assert facts.byline == "Jeanne Martin"
    assert [(one.scheme, one.value) for one in facts.alt_ids] == [
        ("url", "https://quotidien.example/chili-seisme")
    ]
    assert facts.stable_id is None


def test_a_page_that_states_nothing_has_no_metadata() -> None:
    facts = only(f"<html><body><p>{PARAGRAPHS[0]}</p></body></html>").facts
    assert (facts.language, facts.version_created, facts.byline) == (None, None, None)


def test_json_ld_states_dates_and_headline() -> None:
    linked = (
        '<script type="application/ld+json">{"@graph":[{"@type":["NewsArticle"],'
        '"headline":"Quake kills three","datePublished":"2024-03-02T10:15:00",'
        '"author":[{"name":"A. Writer"},"B. Writer"]}]}</script>'
    )
    decoded = only(f"<html><head>{linked}</head><body><div>Quake kills three</div></body></html>")
    assert decoded.facts.first_created == datetime(2024, 3, 2, 10, 15, tzinfo=UTC)
    assert decoded.facts.byline == "A. Writer, B. Writer"
    assert "date-no-zone:published" in decoded.warnings
    assert by_role(decoded, Role.HEADLINE) == ["Quake kills three"]


def test_without_a_heading_the_title_is_the_headline() -> None:
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    decoded = only(
        f"<html><head><title>Trois morts au Chili | Le Quotidien</title></head>"
        f"<body><div>{paragraphs}</div></body></html>"
    )
    assert by_role(decoded, Role.HEADLINE) == ["Trois morts au Chili"]


def test_a_teaser_of_a_paragraph_is_not_the_paragraph() -> None:
    teaser = f"<div class='teaser'><a href='/x'>{PARAGRAPHS[1]}</a></div>"
    decoded = only(PAGE.replace("<main>", f"{teaser}<main>"))
    assert by_role(decoded, Role.BODY).count(PARAGRAPHS[1]) == 1


def test_utf8_declared_as_latin1_comes_out_right() -> None:
    markup = PAGE.replace('charset="utf-8"', 'charset="iso-8859-1"')
    decoded = only(markup, "text/html; charset=iso-8859-1")
    assert by_role(decoded, Role.HEADLINE) == ["Chili: un séisme fait trois morts"]
    assert decoded.encoding_used == "utf-8"


def test_mojibake_in_a_page_is_repaired_block_by_block() -> None:
    decoded = only(PAGE.encode().decode("cp1252").encode())
    assert by_role(decoded, Role.HEADLINE) == ["Chili: un séisme fait trois morts"]
    assert PARAGRAPHS[0] in decoded.text
    assert decoded.edits
    for edit in decoded.edits:
        assert decoded.text[edit.start : edit.end] == edit.replacement


def test_text_after_inline_elements_is_kept() -> None:
    decoded = only("<p>One <b>two</b> three <a href='x'>four</a> five<br>six &amp; <!-- c -->7</p>")
    assert decoded.text == "One two three four five\nsix & 7"


def test_two_line_breaks_part_paragraphs_and_one_does_not() -> None:
    decoded = only("<div>First line<br>goes on<br><br/>Second paragraph</div>")
    blocks = [decoded.text[block.start : block.end] for block in decoded.blocks]
    assert blocks == ["First line\ngoes on", "Second paragraph"]


def test_preformatted_lines_are_blocks() -> None:
    decoded = only("<pre>AAA   1\nBBB   2</pre>")
    assert [decoded.text[b.start : b.end] for b in decoded.blocks] == ["AAA   1", "BBB   2"]


@pytest.mark.parametrize(
    "markup",
    [
        '<!DOCTYPE html [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><html><body>&b;</body></html>',
        '<!DOCTYPE lolz [<!ENTITY lol "lol">]><lolz>&lol;</lolz>',
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>',
        '<!doctype html [<!entity a "x">]><html><p>&a;</p></html>',
    ],
)
def test_declared_entities_are_forbidden(markup: str) -> None:
    (answer,) = decode(RawMessage(body=markup.encode()))
    assert isinstance(answer, Fail)
    assert answer.code == "xml-entity-forbidden"


def test_a_page_about_entities_is_read() -> None:
    decoded = only("<!DOCTYPE html><html><p>Write &lt;!ENTITY a&gt;</p><!-- <!ENTITY --></html>")
    assert decoded.text == "Write <!ENTITY a>"


@pytest.mark.parametrize(
    "markup",
    ["<html></html>", "<html><script>x</script></html>", "<!-- only -->", "<div> \n </div>"],
)
def test_a_page_without_text_is_a_fail(markup: str) -> None:
    (answer,) = decode(RawMessage(body=markup.encode(), content_type="text/html"))
    assert isinstance(answer, Fail)


@pytest.mark.parametrize(
    ("markup", "warning"),
    [
        (f"<html><body>{'<div>' * 100_000}{PARAGRAPHS[0]}", "html-too-deep"),
        (f"<html><body>{'<b>' * 5_000}{PARAGRAPHS[0]}", "html-too-deep"),
        (f"<html><body>{'<p>short</p>' * 20_000}{PARAGRAPHS[0]}", "html-too-large"),
        (f"<html><body>{'<p>' + 'x' * 1000 + '</p>'} " * 2_500 + PARAGRAPHS[0], "html-too-large"),
    ],
)
def test_a_page_past_the_limits_keeps_its_text(markup: str, warning: str) -> None:
    decoded = only(markup)
    assert decoded.text.endswith(PARAGRAPHS[0])
    assert warning in decoded.warnings


@pytest.mark.parametrize(
    "markup",
    [
        "<html>" + "<!" * 200_000,
        "<html>" + "<p " * 200_000,
        "<html>" + "<!--" * 200_000,
        "<html>" + "<table>" * 300 + "x",
        "<!DOCTYPE" * 100_000 + "<!ENTITY",
        "<?x?>" * 1000 + " " * 4000,
        "<html>\0<p>nul</p>" + "\x01\x02",
        "<html><p>\ud7ff \ue000 \U0010ffff</p>",
        "<html><table><tr>loose<td>1<td><p>2<p>3</table>",
        "<select><option>a<option>b</select><textarea>c</textarea>",
        "<html><head><title></title><meta name=author content=''></head>x",
        '<html lang="' + "x" * 5000 + '"><p>text</p>',
    ],
)
def test_hostile_markup_is_answered(markup: str) -> None:
    assert decode(RawMessage(body=markup.encode()))


def test_a_page_that_does_not_end_says_so() -> None:
    page = "<html><body><p>Un port fermé, a annoncé la préfecture.</p>"
    (cut,) = decode(RawMessage(body=page.encode()))
    assert isinstance(cut, Decoded)
    assert "html-not-closed" in cut.warnings
    (whole,) = decode(RawMessage(body=f"{page}</body></html>".encode()))
    assert isinstance(whole, Decoded)
    assert whole.warnings == ()
    (opening,) = decode(RawMessage(body=b"<!DOCTYPE html>\n"))
    assert isinstance(opening, Fail)
    assert opening.code == "html-no-text"
