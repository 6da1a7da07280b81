"""Which blocks of a page are its article, beyond what the extractor says."""

from __future__ import annotations

import pytest
from trafilatura.settings import Document

from schemas.item import Item, ParagraphKind
from schemas.raw import RawMessage
from streams.clean import clean
from streams.clean.audit import unaccounted
from streams.decode import Decoded, decode
from streams.decode.decoded import Role
from streams.steps import Drop

STORY = [
    "The harbour of Iquique was closed on Saturday after a storm tore two ships from the quay.",
    "Nobody was hurt, the port authority said, but the container terminal lost both of its cranes.",
    "Ships bound for the north of the country are being sent to Arica until the end of the month.",
    "The government in Santiago promised to pay for half of the repairs, a spokeswoman said.",
    "Fishermen who lost their boats may ask for help at the town hall from Monday on, she added.",
    "The last storm of this strength hit the coast eleven years ago and closed the port.",
]
HEADLINE = "Storm closes the harbour of Iquique"


def page(*blocks: str, before: str = "", after: str = "", wrapper: str = "article") -> str:
    return (
        f"<html><head><title>{HEADLINE} | The Daily</title></head><body>{before}<main>"
        f"<{wrapper}><h1>{HEADLINE}</h1>{''.join(blocks)}</{wrapper.split(maxsplit=1)[0]}></main>{after}"
        "<footer><p>All rights reserved.</p></footer></body></html>"
    )


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def only(markup: str) -> Decoded:
    (decoded,) = decode(RawMessage(body=markup.encode(), content_type="text/html"))
    assert isinstance(decoded, Decoded), decoded
    return decoded


def by_role(decoded: Decoded, role: Role) -> list[str]:
    return [decoded.text[b.start : b.end] for b in decoded.blocks if b.role is role]


def with_middle(middle: str) -> Decoded:
    """A page with something between the third and the fourth paragraph."""
    return only(page(paragraphs(*STORY[:3]), middle, paragraphs(*STORY[3:])))


def test_a_page_of_paragraphs_is_all_article() -> None:
    decoded = only(page(paragraphs(*STORY)))
    assert by_role(decoded, Role.BODY) == STORY
    assert by_role(decoded, Role.HEADLINE) == [HEADLINE]
    assert decoded.warnings == ()


@pytest.mark.parametrize(
    ("block", "text", "kind"),
    [
        (
            '<div class="slide"><p>Divers found one of the two ships, the navy said.</p></div>',
            "Divers found one of the two ships, the navy said.",
            ParagraphKind.TEXT,
        ),
        (
            '<div class="overlay"><ul><li>Iquique: closed</li></ul></div>',
            "Iquique: closed",
            ParagraphKind.LIST,
        ),
        (
            '<div class="rating"><table><tr><td>Iquique</td><td>2</td></tr></table></div>',
            "Iquique\t2",
            ParagraphKind.TABLE,
        ),
        (
            "<figure><img src=x><figcaption>The port on Saturday</figcaption></figure>",
            "The port on Saturday",
            ParagraphKind.CAPTION,
        ),
        (
            '<div class="viewport"><h3>Cranes lost</h3></div>',
            "Cranes lost",
            ParagraphKind.CROSSHEAD,
        ),
    ],
    ids=["prose", "list", "table", "caption", "crosshead"],
)
def test_what_is_lost_between_paragraphs_is_found_again(
    block: str, text: str, kind: ParagraphKind
) -> None:
    decoded = with_middle(block)
    assert by_role(decoded, Role.BODY) == [*STORY[:3], text, *STORY[3:]]
    kinds = {decoded.text[b.start : b.end]: b.kind for b in decoded.blocks}
    assert kinds[text] is kind


@pytest.mark.parametrize(
    "box",
    [
        '<div class="newsletter-box"><p>Get the news of the coast by e-mail, every day.</p></div>',
        '<div class="article-cta"><p>Become a member and read every story that we write.</p></div>',
        '<div class="RelatedStories"><p>How the storm of 2013 was remembered in Chile.</p></div>',
        '<section id="author-bio"><p>She has written from the coast since 2009.</p></section>',
        "<aside><p>The storm is the third this year, the weather service counts.</p></aside>",
        '<div role="complementary"><p>The storm is the third this year, they count.</p></div>',
        '<div style="display: none"><p>Your session has ended, please sign in once more.</p></div>',
        "<div hidden><p>Your session has ended, please sign in once more.</p></div>",
        '<div aria-hidden="true"><p>Your session has ended, please sign in once more.</p></div>',
        "<noscript><p>Please switch JavaScript on to read all of this page.</p></noscript>",
        "<ul><li><a href=1>Storm over Arica</a></li><li><a href=2>Rain in Lima</a></li></ul>",
        '<div class="slide">Share</div>',
        f'<div class="slide"><p>{STORY[0]}</p></div>',
    ],
)
def test_furniture_between_paragraphs_is_furniture(box: str) -> None:
    decoded = with_middle(box)
    assert by_role(decoded, Role.BODY) == STORY
    assert len(by_role(decoded, Role.FURNITURE)) >= 3


@pytest.mark.parametrize(
    "wrapper",
    [
        'div class="post has-sidebar tags-storm related-coast"',
        'section id="newsletter"',
        "form",
        'div style="display:none"',
        'div aria-hidden="true"',
    ],
)
def test_what_holds_the_article_is_no_furniture_whatever_it_says(wrapper: str) -> None:
    assert by_role(only(page(paragraphs(*STORY), wrapper=wrapper)), Role.BODY)[-6:] == STORY


@pytest.mark.parametrize("names", ['class="toc"', 'id="related-work"'])
def test_a_crosshead_is_not_judged_by_its_own_name(names: str) -> None:
    decoded = with_middle(f"<h2 {names}>Related work on the quay</h2>")
    assert "Related work on the quay" in by_role(decoded, Role.BODY)


def test_words_inside_of_others_name_nothing() -> None:
    decoded = with_middle(
        f'<div class="correlated commentary"><p>{STORY[0][:-1]}, it said.</p></div>'
    )
    assert len(by_role(decoded, Role.BODY)) == 7


def test_half_an_article_is_no_furniture_either() -> None:
    half = f'<div class="disclosure">{paragraphs(*STORY[:3])}</div>'
    assert by_role(only(page(half, paragraphs(*STORY[3:]))), Role.BODY) == STORY


def test_a_crosshead_goes_with_what_stands_below_it() -> None:
    links = "<ul><li><a href=1>Storm over Arica</a></li><li><a href=2>Rain in Lima</a></li></ul>"
    decoded = with_middle(f'<div class="slide"><h2>You may like</h2>{links}</div>')
    assert by_role(decoded, Role.BODY) == STORY


def test_a_crosshead_with_nothing_below_it_is_no_end() -> None:
    box = '<div class="article-cta"><p>Get the news of the coast by e-mail, every day.</p></div>'
    decoded = only(page(paragraphs(*STORY), f"<h2>Stay informed</h2>{box}"))
    assert by_role(decoded, Role.BODY) == STORY


def test_a_page_of_links_has_no_article() -> None:
    links = "".join(f"<li><a href=/{n}>Section number {n}</a></li>" for n in range(60))
    decoded = only(f"<html><body><nav><ul>{links}</ul></nav><footer>Imprint</footer></body></html>")
    assert "html-no-article" in decoded.warnings
    assert {block.role for block in decoded.blocks} == {Role.UNDECLARED}
    assert isinstance(clean(decoded), Drop)


def test_where_the_extractor_finds_little_of_the_prose_nothing_is_declared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "streams.decode.html_article.trafilatura.bare_extraction", _first_paragraph_only
    )
    decoded = only(page(paragraphs(*(f"{text} {text}" for text in STORY))))
    assert "html-little-article" in decoded.warnings
    assert by_role(decoded, Role.BODY) == []
    assert by_role(decoded, Role.FURNITURE) == [f"{HEADLINE} | The Daily"]  # its <title>


def _first_paragraph_only(*_: object, **__: object) -> object:
    document = Document()
    document.text = f"{STORY[0]} {STORY[0]}"
    return document


def test_the_whole_cascade_is_asked_only_where_the_fast_one_is_doubtful(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []

    def extract(*_: object, fast: bool, **__: object) -> None:
        asked.append(fast)

    monkeypatch.setattr("streams.decode.html_article.trafilatura.bare_extraction", extract)
    assert "html-no-article" in only(page(paragraphs(*STORY))).warnings
    assert asked == [True, False]
    monkeypatch.undo()
    assert only(page(paragraphs(*STORY))).warnings == ()


def test_a_list_of_dates_is_passed_on_with_a_warning() -> None:
    rows = "".join(f"<li>{hour}.00: committee {hour}</li>" for hour in range(8, 20))
    item = clean(only(page(f"<h2>Monday</h2><ul>{rows}</ul><h2>Tuesday</h2><ul>{rows}</ul>")))
    assert isinstance(item, Item)
    assert "html-no-sentence" in item.audit.warnings
    assert sum(one.kind is ParagraphKind.LIST for one in item.paragraphs) == 24


def test_an_article_of_one_sentence_is_an_item() -> None:
    nav = "<nav><a href=1>Politics</a><a href=2>Sport</a></nav>"
    item = clean(only(page(paragraphs(STORY[0]), before=nav)))
    assert isinstance(item, Item)
    assert item.headline == HEADLINE
    assert [one.text for one in item.paragraphs] == STORY[:1]


@pytest.mark.parametrize(
    ("headline", "sentence"),
    [
        (
            "千葉で震度五弱の地震、津波の心配なし",
            "気象庁によると、二日午前、千葉県で震度五弱の地震があったが、この地震による津波の心配はないと発表した。",
        ),
        (
            "إغلاق الميناء الرئيسي بعد عاصفة",
            "أعلنت السلطات في العاصمة إغلاق الميناء الرئيسي بعد عاصفة قوية ضربت الساحل صباح السبت.",
        ),
    ],
    ids=["japanese", "arabic"],
)
def test_other_scripts(headline: str, sentence: str) -> None:
    texts = [f"{number}{sentence}" for number in range(1, 6)]
    decoded = only(
        f"<html><head><title>x</title></head><body><nav><a href=1>国際</a></nav><h1>{headline}</h1>"
        f"{paragraphs(*texts)}<footer>(c)</footer></body></html>"
    )
    item = clean(decoded)
    assert isinstance(item, Item)
    assert item.headline == headline
    assert [one.text for one in item.paragraphs] == texts


@pytest.mark.parametrize(
    "markup",
    [
        page(paragraphs(*STORY)).replace("</p>", "").replace("</h1>", ""),
        page("<div>" * 150 + paragraphs(*STORY) + "</div>" * 150),
        page("<table><tr><td>" * 30, paragraphs(*STORY), "</td></tr></table>" * 30),
        page(*(f"<p>{text[:9]}<b>{text[9:30]}</b><i>{text[30:]}</i></p>" for text in STORY)),
        page(f'<div class="{"related-" * 50_000}"><p>x</p></div>', paragraphs(*STORY)),
    ],
    ids=["unclosed", "deep", "layout-tables", "inline", "long-name"],
)
def test_no_markup_hides_the_article(markup: str) -> None:
    body = by_role(only(markup), Role.BODY)
    assert [text for text in body if text != HEADLINE] == STORY


@pytest.mark.parametrize(
    "markup",
    [
        page(paragraphs(*STORY), *(f"<a href=/{n}>Link {n}</a> " for n in range(100_000))),
        page(paragraphs(*STORY), "<ul>", *(f"<li><a href=/{n}>L</a> t</li>" for n in range(5_000))),
        page(*(f"<div class=related><p>{STORY[n % 6]} {n}</p></div>" for n in range(2_900))),
        page("<div>" * 10_000 + STORY[0]),
        page("<table><tr><td>a</td><td>" * 2_000 + STORY[0]),
    ],
    ids=["100000-links", "long-list", "all-named", "10000-deep", "nested-tables"],
)
def test_hostile_pages_keep_all_of_their_text(markup: str) -> None:
    decoded = only(markup)
    assert STORY[0] in decoded.text
    item = clean(decoded)
    assert isinstance(item, Item)
    assert unaccounted(decoded.text, item) is None


@pytest.mark.parametrize("mark", ["\u200b", "\u202e", "\u2066", "\u00ad"])
def test_invisible_characters_do_not_part_the_article(mark: str) -> None:
    texts = [f"{text[:10]}{mark}{text[10:]}" for text in STORY]
    item = clean(only(page(paragraphs(*texts))))
    assert isinstance(item, Item)
    assert [one.text for one in item.paragraphs] == STORY
