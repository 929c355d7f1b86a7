# SPDX-License-Identifier: Apache-2.0
"""One script for two servers: every command of the protocol with good and bad arguments, and how answers are made comparable."""
import re

from mpd_wire import Refused, songs

ONE, TWO, SIX = '"Alpha/First Light/01-570.flac"', '"Alpha/First Light/02-740.flac"', '"Beta/06-1420.flac"'

SCRIPT = f"""
ping
stats
status
lsinfo
lsinfo /
lsinfo "Alpha/First Light"
lsinfo {SIX}
lsinfo nothere
lsinfo "Beta/"
listall
listall Alpha
listall {SIX}
listall nothere
listallinfo Beta
listallinfo "/"
listfiles Beta
find artist Alpha
find artist Alpha album "First Light"
find artist alpha
find "(artist == 'Alpha')" window 0
find "(artist == 'Alpha')" window 1:3
find "(artist == 'Alpha')" window 3:1
find "(artist == 'Alpha')" window x
find "(artist == 'Alpha')" sort title window 0:2
find "(artist == 'Alpha')" sort -Track
find "(artist == 'Alpha')" sort Last-Modified window 0:9
find "(artist == 'Alpha')" sort bogus
find "(artist != 'Alpha')"
find "((artist == 'Alpha') AND (!(album == 'First Light')))"
find "((artist == 'Alpha') OR (artist == 'Beta'))"
find "(album contains 'Wind')"
find "(title =~ '^Tone [12] ')"
find "(albumartist == 'Beta')"
find "(any contains 'Tone 1')"
find "(file == 'Beta/06-1420.flac')"
find "(base 'Beta')"
find base Beta
find "(base 'nothere')"
find file {SIX}
find modified-since 2000-01-01
find "(modified-since '2200-01-01')"
find "(modified-since 'x')"
find
find artist
find bogus x
find "(bogus == 'x')"
find "(artist == x)"
find "(artist = 'x')"
find "(artist == 'x'"
find "(artist == 'x)"
find "()"
find "(!artist == 'x')"
find "(artist == 'x') y"
find "(artist =~ '(')"
find "(AudioFormat == 'x')"
search title "TONE 1"
search any tone window 1:2
search album émig
search file 740
search "(title == 'TONE 1 AT 570 hz')"
list artist
list album
list album Beta
list album "(artist == 'Alpha')"
list album group artist
list artist group album
list title artist Beta group albumartist
list date
list file
list bogus
list any
list artist Beta
list album group bogus
count artist Alpha
count "(artist == 'Beta')"
count group artist
count group bogus
count
readcomments nothere
listmounts
mount a b
unmount a
listpartitions
partition default
partition nothere
newpartition default
delpartition default
tagtypes clear
tagtypes
lsinfo {SIX}
tagtypes enable Artist title
lsinfo {SIX}
tagtypes enable bogus
tagtypes disable title
tagtypes
tagtypes foo
tagtypes all
binarylimit 1
binarylimit x
binarylimit 8192
albumart nothere 0
readpicture nothere 0
readpicture {SIX} 0
password wrong
subscribe "a b"
subscribe a
subscribe a
channels
unsubscribe b
sendmessage b x
sendmessage a hello
readmessages
readmessages
unsubscribe a
channels
sticker set song {SIX} rating 5
sticker set song {ONE} rating 3
sticker get song {SIX} rating
sticker get song {SIX} none
sticker list song {SIX}
sticker find song "" rating
sticker find song Beta rating = 5
sticker find song "" rating > 4
sticker find song "" rating ? 4
sticker delete song {SIX} none
sticker delete song {SIX} rating
sticker list song {SIX}
sticker set foo x y z
sticker get song nothere x
sticker foo
add nothere
add /etc/passwd
add {ONE}
add "Beta"
playlistinfo
addid {SIX}
addid {TWO} 0
addid {TWO} 99
addid {TWO} +0
addid Beta
playlistinfo 0:2
playlistinfo 99
playlistinfo 1
playlistid 9999
playlist
plchangesposid 0
plchanges 0 0:1
plchanges x
playlistfind artist Beta
playlistsearch any TONE
prio 5 0:1
playlistinfo 0
prio 0 0
prio 256 0
prioid 5 9999
move 0 2
playlist
move 0 99
move 0:2 1
playlist
moveid 9999 1
swap 0 1
playlist
swap 0 99
swapid 9999 1
delete 99
delete 3:1
delete 0
playlist
deleteid 9999
findadd "(artist == 'Alpha')" sort title window 0:2 position 0
searchadd title "tone 8"
searchadd title "tone 8" position 99
playlist
shuffle 0:0
rangeid 9999 1:5
addtagid 9999 artist x
cleartagid 9999
status
repeat 1
random 1
single 1
consume 1
status
repeat 0
random 0
single oneshot
consume 0
status
single 0
random 2
single x
consume x
crossfade 5
status
crossfade 0
crossfade -1
crossfade 3.5
setvol 40
getvol
setvol 101
setvol x
volume +5
getvol
volume -5
setvol 100
mixrampdb 0
mixrampdelay nan
replay_gain_mode x
replay_gain_mode off
replay_gain_status
play 99
play x
playid 9999
seek 99 1
seek 0 x
seekid 9999 1
seekcur 1
seekcur x
next
previous
pause 1
stop
play 1
status
currentsong
seekcur 5
pause 1
status
pause 0
pause
status
pause
seekcur +2
seekcur -1
next
currentsong
previous
currentsong
stop
status
clear
status
currentsong
listplaylists
add {ONE}
add {SIX}
save mine
save mine
save "a/b"
listplaylist mine
listplaylistinfo mine
listplaylist none
playlistadd mine {TWO}
playlistadd mine {TWO} 0
playlistadd mine {TWO} 99
playlistadd mine nothere
playlistadd fresh Beta
listplaylist mine
playlistmove mine 0 2
playlistmove mine 0 99
listplaylist mine
playlistdelete mine 0
playlistdelete mine 99
listplaylist mine
searchaddpl mine artist beta
listplaylist mine
rename mine yours
rename none x
rename yours fresh
clear
load yours
playlist
load yours 0:1
load yours 0:1 0
load none
playlist
playlistclear fresh
listplaylist fresh
rm fresh
rm yours
rm none
listplaylists
clear
outputset 0 a b
enableoutput 9
enableoutput 0
disableoutput 9
toggleoutput 9
idle bogus
notcommands
urlhandlers
config
bogus
status foo
play 0 1
find
command_list_end
add "x
clearerror
""".strip().splitlines()

LISTS = [
    (False, ["status", "bogus", "status"]),
    (True, ["ping", "ping"]),
    (True, ["ping", "play x", "ping"]),
    (True, []),
    (False, ["command_list_begin"]),
]

FREE = re.compile(r"^(Last-Modified|Format|uptime|playtime|db_update|playlist|elapsed|bitrate|audio|time|updating_db): .*")
ROUNDED = re.compile(r"^duration: (\d+\.\d+)")  # joints cut some milliseconds


class Normal:
    """Answers with what may differ from server to server taken out: times, versions, ids by their order of appearance, the order of tags."""

    def __init__(self):
        self.ids = {}

    def line(self, command, text):
        if isinstance(text, tuple):
            return "binary: some" if text[0] else "binary: none"
        if text.startswith("Format: "):
            return None  # not told of songs that stand by themselves: sorted ones, the current one
        if command.startswith("status"):
            if re.match(r"^(elapsed|bitrate|audio|time|updating_db|volume): ", text):
                return None
        if not command.startswith(("lsinfo", "listplaylists")) or not text.startswith("playlist: "):
            text = FREE.sub(r"\1: *", text)
        text = ROUNDED.sub(lambda found: f"duration: {round(float(found[1]))}", text)
        found = re.match(r"^(Id|songid|nextsongid): (\d+)$", text)
        if found:
            return f"{found[1]}: #{self.ids.setdefault(found[2], len(self.ids))}"
        return text

    def answer(self, command, lines):
        kept = [line for line in (self.line(command, text) for text in lines) if line is not None]
        kept = [line for i, line in enumerate(kept) if not (line == "Last-Modified: *" and kept[i - 1].startswith("directory: "))]
        if command.startswith(("lsinfo", "listfiles")):
            return sorted(line for group in sorted(map(sorted, songs(kept))) for line in group)
        if any(line.startswith("file: ") for line in kept):
            return [line for group in songs(kept) for line in [group[0], *sorted(group[1:])]]
        return kept


def play(wire):
    """[(command, answer)]; an ACK is its own answer."""
    normal, told = Normal(), []
    for command in SCRIPT:
        try:
            told.append((command, normal.answer(command, wire.ask(command))))
        except Refused as refused:
            told.append((command, [str(refused)]))
    for each, commands in LISTS:
        name = " + ".join(["list_ok" if each else "list", *commands])
        wire.send("\n".join(["command_list_ok_begin" if each else "command_list_begin", *commands, "command_list_end"]) + "\n")
        try:
            told.append((name, normal.answer("status", wire.answer())))
        except Refused as refused:
            told.append((name, [str(refused)]))
    return told
