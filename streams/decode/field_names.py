"""What the fields of home-made documents are called, in the languages of the agencies.

It must not look at values.
"""

from __future__ import annotations

import re
import unicodedata

from streams.decode.decoded import Role
from streams.decode.markup import words

_NOT_NAME = re.compile(r"[^a-z0-9]+")
# Letters that no decomposition takes apart.
_SPECIAL = str.maketrans({"ø": "o", "æ": "ae", "å": "a", "ß": "ss", "œ": "oe", "ð": "d"})

HEADLINES = words(
    "headline heading title hedline hl1 headlinetext mainheadline maintitle articletitle "
    "storytitle newstitle overskrift rubrik rubrikk tittel titel titre titulo titolo otsikko "
    "schlagzeile ueberschrift uberschrift kop headlinemain subject emne betreff objet asunto "
    "objectname header head name"
)
# A record is told by these, not by every name a headline may have.
STRONG_HEADLINES = HEADLINES - words("name head header subject emne objet")
BODIES = words(
    "body bodytext bodyhtml bodyxhtml contenttext content contents text maintext fulltext "
    "articletext articlebody storytext storybody newstext newsbody fullstory htmlbody textbody "
    "brodtext brodtekst broedtekst tekst texte texto testo inhalt fliesstext kropp corps cuerpo "
    "corpo teksti leipateksti caption englishcaption frenchcaption captiontext bildtext bildetekst "
    "legende description story article message paragraphs para paragraph"
)
SUMMARIES = words(
    "summary abstract lead leadtext leadin ingress manchet teaser standfirst deck subtitle "
    "subheadline subheading subhead headline2 headline3 alternateheadline alternativeheadline "
    "shortheadline extendedheadline headlineextended underrubrik underrubrikk undertittel "
    "untertitel soustitre subtitulo sottotitolo chapeau chapo intro introduction entradilla "
    "vorspann kicker vignette contentshort shortcontent shorttext shorttitle directorytext "
    "excerpt resume resumen oppsummering sammendrag sammanfattning tiivistelma boilerplate "
    "videodescription slugdescription"
)
BYLINES = words(
    "byline bylines author authors authorname creator bylinename forfatter forfattare verfasser "
    "auteur autor autore skribent journalist journaliste reporter writer writername signature "
    "bylinetitle kirjoittaja toimittaja"
)
DATELINES = words("dateline datelinetext")
PLACES = words("town placeline located location city place datelineplace by ort lieu lugar sted")
RIGHTS = words(
    "rights copyright copyrightnotice copyrightholder copyrightline usageterms rightsinfo "
    "ophavsret urheberrecht"
)
NOTES = words(
    "ednote ednotes editornote editorsnote editorialnote note notes updatenote specialinstructions "
    "instructions advisory tilredaktionen tilredaktionerne tilredaksjonen redaksjonellnote "
    "contactsastext contact contacts contactname contactphone contactmail contactemail contactweb "
    "infotext addedby emailwriter bylineemail bylinephone authoremail phone telephone email mail "
    "notblock internalnote comment comments"
)
# In the order in which they are believed: what names the item before what names this version.
IDS = (
    "guid",
    "uuid",
    "urn",
    "uri",
    "newsid",
    "newsitemid",
    "newsidentifier",
    "storyid",
    "articleid",
    "documentid",
    "docid",
    "itemid",
    "newscompid",
    "identifier",
    "ref",
    "id",
    "ntbid",
    "contentitemid",
    "uniqueid",
)
ALT_IDS = words(
    "ntbid histid contentitemid publishid systemslug publicidentifier externalid "
    "originaltransmissionreference origtransref filename servicequeueid unique messageid "
    "photocontentitemid customfield1"
)
ROOT_IDS = words("id guid uuid urn uri identifier")
MODIFIED = (
    "versioncreated",
    "updateddatetime",
    "updated",
    "updatedat",
    "updatedon",
    "lastupdated",
    "lastmodified",
    "modified",
    "modifieddate",
    "modifieddatetime",
    "dateupdated",
    "datemodified",
    "changed",
    "publishdatetime",
    "publishdate",
    "publisheddate",
    "publisheddatetime",
    "publicationdate",
    "publicationdatetime",
    "published",
    "publishedat",
    "pubdate",
    "datepublished",
    "releasedate",
    "releasedatetime",
    "issued",
    "dateissued",
    "sent",
    "sentdate",
    "datetime",
    "timestamp",
    "date",
    "publiseringsdato",
    "dato",
    "datum",
    "fecha",
    "data",
    "time",
    "tid",
)
CREATED = (
    "firstcreated",
    "createddatetime",
    "created",
    "createdat",
    "createdon",
    "datecreated",
    "createddate",
    "creationdate",
    "firstpublished",
    "oprettet",
    "opprettet",
    "skapad",
    "erstellt",
)
VERSIONS = words("version versionnumber revision revisionid ntbversion versjon")
URGENCIES = words("urgency priority prioritet newsvalue prioriteit dringlichkeit")
STATUSES = words("pubstatus status state publishstatus")
EMBARGOES = words(
    "embargo embargotime embargodate embargoed embargoeduntil embargountil sperrfrist"
)
LANGUAGES = words("language lang languagecode sprak sprog sprache langue idioma kieli")
SLUGS = words("slug slugline slugproper strapline keywordline slugword takekey")
KEYWORDS = words("keyword keywords tag tags nyckelord nokkelord emneord stichwort motscles")
SUBJECTS = words(
    "subject subjects category categories subcategory section topic topics kategori kategorie "
    "rubrique seccion desk iptc iptccode iptclist subjectcode department theme"
)
GENRES = words("genre format messagetype articletype newstype")
PROVIDERS = words("provider agency newsagency agencyname providername bureau byra nyhetsbyra")
SOURCES = words("source origin credit publisher kilde kalla quelle fuente fonte")
REPLACES = words("replaces replacedid replaced supersedes replacesid erstatter")
RELATED = words("related relatedid relatedto references")
# A switch that is on: (what it says).
KILLED = words("annuleret cancelled canceled killed kill withdrawn deleted trashflag isdeleted")
CORRECTED = words("korrektion correction corrected iscorrection korreksjon rettelse korrektur")
UPDATED = words("nyversion newversion isupdate update")
FLASHED = words("infoflash flash isflash newsflash breaking isbreaking hasterende")
HELD = words("holdflag hold onhold withheld")
STARTS = words(
    "startdate starttime startdatetime datestart timestart start dtstart eventdate eventstart "
    "begin begins fromdate matchdate"
)
ENDS = words(
    "enddate endtime enddatetime dateend timeend end dtend eventend stopdate stoptime todate "
    "matchenddate alldayevent"
)
MEDIA_TYPES = words("contenttype filetype mediatype itemtype newsitemtype assettype documenttype")

_ROLES: tuple[tuple[frozenset[str], Role], ...] = (
    (SUMMARIES, Role.SUMMARY),
    (BODIES, Role.BODY),
    (BYLINES, Role.BYLINE),
    (DATELINES, Role.DATELINE),
    (RIGHTS, Role.RIGHTS),
    (NOTES, Role.NOTE),
)


def folded(name: str) -> str:
    """A field's name as the lists here have it: letters and digits only, without accents."""
    if name.isascii():
        return _NOT_NAME.sub("", name.lower())
    plain = unicodedata.normalize("NFKD", name.lower().translate(_SPECIAL))
    return _NOT_NAME.sub("", plain.encode("ascii", "ignore").decode())


def role_of(name: str) -> Role | None:
    """What the text of a field of this name is; None where its name does not say."""
    return next((role for names, role in _ROLES if name in names), None)
