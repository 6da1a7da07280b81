"""What each verb's help teaches by: commands that work, with what they do.

It must not hold anything else; a test parses every one of them.
"""

from __future__ import annotations

__all__ = ["EXAMPLES"]

_LOG = """\
The log is sqlite:///./wireroom.db, a file and no server, unless --broker
or WIREROOM_BROKER names another, as in kafka://localhost:9092.
"""

EXAMPLES: dict[str, str] = {
    "": f"""Examples:

  wireroom run dispatch.txt                one message, and what became of it
  wireroom run feed/ -o events.jsonl       files in, one event a line out
  wireroom explain dispatch.txt            why it was read the way it was

  wireroom topics apply                    make the topics on the log
  wireroom worker                          run the stages, until stopped
  wireroom ingest feed.jsonl               put messages into the raw topic
  wireroom subscribe --since 2h --lang fr  follow the clean items
  wireroom replay archive/ --speed 60      an archive again, in its own time

{_LOG}Each command has its own --help.
""",
    "run": """Examples:

  wireroom run dispatch.txt                      a card; in a pipe, JSON Lines
  wireroom run feed.jsonl --report -o out.jsonl  tell it story by story
  wireroom run - --stop-after clean              standard input, only cleaned
  wireroom run old.jsonl --map body=text,received_at=date,headline=title

A line of a .jsonl is {"body": ..., "provider": ..., "received_at": ...},
with "body_b64" for bytes; or a ninjs item; or any object that has its text
under a well-known name or the one --map gives. A .gz is opened. The counts
add up: in = published + linked + held + rejected.
""",
    "subscribe": f"""Examples:

  wireroom subscribe                                 items, from now on
  wireroom subscribe --last 20                       the last 20, then on
  wireroom subscribe --since 2016-02-12 --until now  what there is, then end
  wireroom subscribe --snapshot --lang fr,en         current items, then live
  wireroom subscribe events --kind kill,correction   what happened
  wireroom subscribe --entity geonames:2643743       items naming London
  wireroom subscribe --last 5 --max 5 -o ninjs       as IPTC ninjs 3.0

{_LOG}""",
    "ingest": f"""Examples:

  wireroom ingest feed.jsonl                 one message a line
  wireroom ingest incoming/ --provider afp   one message a file
  wireroom ingest flash.txt --urgent         ahead of everything else
  wireroom ingest 1987/ --in-order           flashes in their place, too

wireroom topics apply makes the topic; wireroom worker reads it.

{_LOG}""",
    "replay": """Examples:

  wireroom replay archive/ --dry-run                     count, and estimate
  wireroom replay feed.jsonl --log sqlite:///archive.db  into a file of its own
  wireroom replay feed.jsonl --speed 60 --max-gap 5      a minute a second
  wireroom replay big.jsonl --resume big.checkpoint      if stopped: once more
  wireroom replay feed.jsonl --kb kb.jsonl               as editors knew it then
  wireroom replay --reenrich --alias Brandt              link what came before
  wireroom replay old/ --match harbour --skip-existing   what is not there yet
  wireroom replay kafka://localhost:9092#wire.raw        what live has had

Files are merged by the times of their messages. Ctrl-C says how to go on.
Without --into-live nothing live is touched.
""",
    "record": f"""Examples:

  wireroom record raw archive/                     what there is, or is new
  wireroom record raw archive/ --follow            and what comes, until Ctrl-C
  wireroom record items archive/ --since 3d        of these times only
  wireroom record dead archive/ --format parquet   as columns
  wireroom record verify archive/                  gaps and damage, and where
  wireroom replay archive/wire.raw                 the messages once more

Run again, it goes on where it ended. Files appear when they are whole and on
the disk: archive/wire.raw/2016-02-12/0+000000000000.jsonl.zst, of the day the
log took them in, partition 0, from offset 0 on. docs/recording.md has more.

{_LOG}""",
    "export": """Examples:

  wireroom export sqlite:///wireroom.db --to tables/     what a log has
  wireroom export events.jsonl --to tables/              what `run -o` wrote
  wireroom export kafka://localhost:9092 --to tables/

Five tables: items, events, entities, mentions, links, one .parquet each, for
DuckDB, pandas and whatever else reads Parquet. docs/export.md describes every
column. Text that was killed is left out, unless --killed.
""",
    "worker": f"""Examples:

  wireroom worker                                    every stage
  wireroom worker --broker kafka://localhost:9092    one process a stage
  wireroom worker --stage intake                     one more of this stage

SIGTERM or Ctrl-C finishes what is in hand, then ends.

{_LOG}""",
    "topics": """Examples:

  wireroom topics apply --dry-run    which are missing, which are otherwise
  wireroom topics apply              make them
  wireroom topics list               partitions, retention, records
  wireroom topics acls subscribe --user reader    the rights it needs
""",
    "dead": """Examples:

  wireroom dead list                           every dead letter, oldest first
  wireroom dead list --code body-too-large     see docs/errors.md
  wireroom dead stats                          by code, provider, stage and day
  wireroom dead show 0:12 > message.bin        the bytes of one, as delivered
  wireroom explain message.bin                 why it cannot be read
  wireroom dead retry 0:12 0:15                send them once more, each once
  wireroom dead retry --provider dpa --since 2h --dry-run     then with --yes
  wireroom dead drop --code body-empty --yes   listed no more

A letter that was retried or dropped is listed by --all only.
""",
    "purge": f"""Examples:

  wireroom purge afp:TX-123 --dry-run           where its text lies, until when
  wireroom purge afp:TX-123 --yes               out of items, enriched and held
  wireroom purge afp:TX-123 --yes --archive archive/    and out of recordings

A kill tells readers that an item is withdrawn; a purge only removes text. Send
the kill first. docs/purge.md says what stays where, and until when.

{_LOG}""",
    "kb": f"""Examples:

  wireroom kb add person "Ana Brandt" --alias Brandt   from the next message on
  wireroom kb add organisation "Port Authority" --id wikidata:Q1 --lang en
  wireroom kb alias "Iron Ana" "Ana Brandt"            another name
  wireroom kb confirm Brandt "Ana Brandt"              it means her
  wireroom kb reject London geonames:2643743           it does not mean that
  wireroom kb show Brandt                              what a name means
  wireroom kb list -o jsonl                            all of it
  wireroom kb remove Brandt                            take an alias back
  wireroom kb import people.csv --dry-run              docs/kb.md has its form
  wireroom kb export -o kb.jsonl                       every record

Every worker uses an edit for the next message. Items say which version they
were enriched with: kb_version. A name without an id of its own has the one that
items give it. What came before is linked by wireroom replay --reenrich.

{_LOG}""",
    "config": """Examples:

  wireroom config                       every setting, with its origin
  wireroom config --config my.toml      as with this file

A setting is read from wireroom.toml, then from the environment as in
WIREROOM_BROKER or WIREROOM_KAFKA__SASL_USERNAME, then from its flag; the last
one that gives it wins.
""",
    "lint": """Examples:

  wireroom lint                     the profiles that ship, your own, settings
  wireroom lint profiles/           every profile in a directory
  wireroom lint reuters.toml        one profile
  wireroom lint wireroom.toml       a settings file
  wireroom lint --connect           the log, our rights, this machine as well
  wireroom lint --connect --role subscribe    for a subscriber

A profile is what is known of one provider: provider, known_as, time_zone,
encodings, ordering, urgency, date_order, embargo_empty, strip, id_version, and
a table [evidence] that says for each of them where it was seen. What it leaves
out is the default. profiles_dir names the directory of your own: a new agency
is a new file. Exit status 0, or 2 where anything is wrong; with --connect each
line that is not right is followed by what mends it.
""",
    "boilerplate": """Examples:

  wireroom boilerplate learn archive.jsonl --dry-run    what would be learned
  wireroom boilerplate learn archive/ --into lines.toml make it, or add to it
  wireroom boilerplate learn raw --into lines.toml      from the raw topic
  wireroom run feed.jsonl --boilerplate lines.toml      take the lines out
  wireroom boilerplate list --boilerplate lines.toml    what it takes out
  wireroom boilerplate forget "Follow us" --boilerplate lines.toml
  wireroom boilerplate diff old.toml lines.toml         what has changed

Nothing is taken out until a file is named: --boilerplate, WIREROOM_BOILERPLATE
or boilerplate in wireroom.toml. It is read once, when a command starts. The
audit of a removed line names its version, boilerplate@2016-02-20.1a2b3c4d: the
day of the newest message learned from, and a hash of what was learned.
""",
    "distil": """Examples:

  wireroom distil archive/ --language fr -o fr.model      learn from an archive
  wireroom distil old.jsonl --language en -o en.model --max 20000
  wireroom lint wireroom.toml                             is the model right?

The model is used where the settings name it, by the next command or worker:

  [enrich]
  recogniser = "fast"
  models.fr = "fr.model"

Other languages keep spaCy's. An archive of a thousand dispatches is a start;
ten thousand come near the teacher. It learns the teacher's faults as well.
""",
    "explain": """Examples:

  wireroom explain dispatch.txt            format, encoding, fields, removals
  wireroom explain dispatch.txt --text     and the whole text, line by line
  wireroom explain feed.jsonl:12           the message on one line
  wireroom explain dispatch.txt -o jsonl   for a program: a line for each part

Each field says where it stood as its format names it (NewsLines/DateLine), or
the part of cleaning that found it (cleaning: dateline).
""",
    "story": f"""Examples:

  wireroom story afp:16F1234                     every version, and what changed
  wireroom story afp:16F1234 --log sqlite:///a.db
  wireroom story 1a2b3c4d --from events.jsonl    what `run -o` wrote
  wireroom story afp:16F1234 -o jsonl            for a program: a line an event

The key is a story's, an item's, an item id, an id of the agency's own, or the
id of an event. Without colours, changed words are [-old-]{{+new+}}.

{_LOG}""",
    "why": f"""Examples:

  wireroom why afp:16F1234 afp:16F1300           two items of the log
  wireroom why ID1 ID2 --from events.jsonl       of what `run -o` wrote
  wireroom why first.txt second.txt              two messages, a fresh desk
  wireroom why feed.jsonl:3 feed.jsonl:7         two lines of an archive

A key names the first event of its item; an item id or an event id says which
version is meant.

{_LOG}""",
    "compare": """Examples:

  wireroom compare archive/ --set desk.providers.afp.near_hours=24
  wireroom compare old.jsonl --set desk.containment=0.6 --set desk.numbers=0.9
  wireroom compare feed.jsonl --settings other.toml -o jsonl
  wireroom compare before.jsonl after.jsonl            two runs

The archive is read once and decided twice: by the settings in force, and with
what --set or the other file's desk section changes. docs/desk.md lists the
rules. The exit status is 0 whatever differs.
""",
    "formats": """Examples:

  wireroom formats             every format, with what it is recognised by
  wireroom formats -o jsonl    for a program
""",
    "bench": """Examples:

  wireroom bench                            what needs no broker and no data
  wireroom bench desk --hot 1000000         the desk at the size of its budget
  wireroom bench stages --corpus old.jsonl  with messages of your own
  wireroom bench formats --corpus archive/  how well an archive is read
  wireroom bench clean --corpus web.jsonl   how well pages are cut to articles
  wireroom bench enrich --ner labelled/     how well names are found and linked
  wireroom bench soak --minutes 30          a long run, on a broker of its own
""",
}
"""By verb; "" is the program itself."""
