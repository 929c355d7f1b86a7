# SPDX-License-Identifier: Apache-2.0
"""The cases of the public Autobahn list, by number, written anew from what they demand: what is sent to an end that echoes messages,
what must come back, and how it must end. The suite itself runs on Python 2 only and is not to be had as a package; these cases run
against either role: frames() masks if the end under test is the server.

A case is stricter than the suite's OK where the suite also takes "non-strict": messages before a violation must be echoed, a violation
must be answered by a close frame with the right code."""
import ws_wire
from ws_wire import BINARY, CLOSE, PING, PONG, TEXT

CONTINUATION = 0
HELLO = b"Hello, world!"
COSME = "κόσμε".encode()
EUROPE = "Hello-µ@ßöäüàá-UTF-8!!".encode()


class Case:
    """sends: list of frames (opcode, payload, fin, rsv), bytes as they are, or a pause: None waits until everything expected so far has
    come. expects: (opcode, payload) in order. code: None if the tester closes with 1000, else codes of which the other end must use one."""

    def __init__(self, number, sends, expects, code=None, chop=0, silent=False):
        self.number, self.sends, self.expects, self.code, self.chop, self.silent = number, sends, expects, code, chop, silent


def f(opcode, payload=b"", fin=True, rsv=0):
    return opcode, payload, fin, rsv


def fragments(opcode, payload, size):
    parts = [payload[at:at + size] for at in range(0, len(payload), size)] or [b""]
    return [f(opcode if i == 0 else CONTINUATION, part, i == len(parts) - 1) for i, part in enumerate(parts)]


def framing():
    for group, opcode, letter in ((1, TEXT, b"*"), (2, BINARY, b"\xfe")):
        for i, (size, chop) in enumerate([(0, 0), (125, 0), (126, 0), (127, 0), (128, 0), (65535, 0), (65536, 0), (65536, 997)], 1):
            yield Case(f"1.{group}.{i}", [f(opcode, letter * size)], [(opcode, letter * size)], chop=chop)


def pings():
    odd = b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"
    for i, payload in enumerate([b"", HELLO, odd, b"\xfe" * 125], 1):
        yield Case(f"2.{i}", [f(PING, payload)], [(PONG, payload)])
    yield Case("2.5", [f(PING, b"\xfe" * 126)], [], [1002])
    yield Case("2.6", [f(PING, b"\xfe" * 125)], [(PONG, b"\xfe" * 125)], chop=1)
    yield Case("2.7", [f(PONG)], [])
    yield Case("2.8", [f(PONG, b"unsolicited")], [])
    yield Case("2.9", [f(PONG, b"unsolicited"), f(PING, b"ping")], [(PONG, b"ping")])
    many = [b"payload-%d" % i for i in range(10)]
    for number, chop in (("2.10", 0), ("2.11", 1)):
        yield Case(number, [f(PING, one) for one in many], [(PONG, one) for one in many], chop=chop)


def reserved_bits():
    small = f(TEXT, HELLO)
    yield Case("3.1", [f(TEXT, HELLO, rsv=1)], [], [1002])
    yield Case("3.2", [small, f(TEXT, HELLO, rsv=2), f(PING)], [(TEXT, HELLO)], [1002])
    yield Case("3.3", [small, f(TEXT, HELLO, rsv=3), f(PING)], [(TEXT, HELLO)], [1002])
    yield Case("3.4", [small, f(TEXT, HELLO, rsv=4), f(PING)], [(TEXT, HELLO)], [1002], chop=1)
    yield Case("3.5", [f(BINARY, b"\xff" * 8, rsv=5)], [], [1002])
    yield Case("3.6", [f(PING, HELLO, rsv=6)], [], [1002])
    yield Case("3.7", [f(CLOSE, rsv=7)], [], [1002])


def opcodes():
    for group, first in ((1, 3), (2, 11)):
        for i in range(5):
            payload = HELLO if i % 2 else b""
            before = [] if i < 2 else [f(TEXT, HELLO)]
            yield Case(f"4.{group}.{i + 1}", [*before, f(first + i, payload), f(PING)],
                       [(TEXT, HELLO)] if before else [], [1002], chop=1 if i == 4 else 0)


def fragmentation():
    yield Case("5.1", [f(PING, b"fragment1", False), f(CONTINUATION, b"fragment2")], [], [1002])
    yield Case("5.2", [f(PONG, b"fragment1", False), f(CONTINUATION, b"fragment2")], [], [1002])
    two = [f(TEXT, b"fragment1", False), f(CONTINUATION, b"fragment2")]
    whole = (TEXT, b"fragment1fragment2")
    for number, chop in (("5.3", 0), ("5.4", -1), ("5.5", 1)):
        yield Case(number, two, [whole], chop=chop)
    for number, chop in (("5.6", 0), ("5.7", -1), ("5.8", 1)):
        yield Case(number, [two[0], f(PING, HELLO), two[1]], [(PONG, HELLO), whole], chop=chop)
    for first, fin in ((9, True), (12, False)):
        for i, chop in enumerate((0, -1, 1)):
            yield Case(f"5.{first + i}", [f(CONTINUATION, b"non-continuation payload", fin), f(TEXT, HELLO)], [], [1002], chop=chop)
    yield Case("5.15", [*two, f(CONTINUATION, b"fragment3", False), f(TEXT, b"fragment4")], [whole], [1002])
    for number, fin in (("5.16", False), ("5.17", True)):
        yield Case(number, [f(CONTINUATION, b"fragment1", fin), *fragments(TEXT, b"fragment2fragment3", 9)] * 2, [], [1002])
    yield Case("5.18", [f(TEXT, b"fragment1", False), f(TEXT, b"fragment2")], [], [1002])
    for number, pause in (("5.19", []), ("5.20", [None])):
        parts = [b"fragment%d" % i for i in range(1, 6)]
        yield Case(number, [f(TEXT, parts[0], False), f(CONTINUATION, parts[1], False), f(PING, b"pongme 1!"), *pause,
                            f(CONTINUATION, parts[2], False), f(CONTINUATION, parts[3], False), f(PING, b"pongme 2!"), *pause,
                            f(CONTINUATION, parts[4])],
                   [(PONG, b"pongme 1!"), (PONG, b"pongme 2!"), (TEXT, b"".join(parts))])


def utf8():
    yield Case("6.1.1", [f(TEXT)], [(TEXT, b"")])
    yield Case("6.1.2", [f(TEXT, b"", False), f(CONTINUATION, b"", False), f(CONTINUATION)], [(TEXT, b"")])
    yield Case("6.1.3", [f(TEXT, b"", False), f(CONTINUATION, b"middle frame payload", False), f(CONTINUATION)],
               [(TEXT, b"middle frame payload")])
    yield Case("6.2.1", [f(TEXT, EUROPE)], [(TEXT, EUROPE)])
    cut = len("Hello-µ@ßöä".encode())
    yield Case("6.2.2", [f(TEXT, EUROPE[:cut], False), f(CONTINUATION, EUROPE[cut:])], [(TEXT, EUROPE)])
    yield Case("6.2.3", fragments(TEXT, EUROPE, 1), [(TEXT, EUROPE)])
    yield Case("6.2.4", fragments(TEXT, COSME, 1), [(TEXT, COSME)])
    broken = COSME + b"\xed\xa0\x80" + b"edited"
    yield Case("6.3.1", [f(TEXT, broken)], [], [1007])
    yield Case("6.3.2", fragments(TEXT, broken, 1), [], [1007])
    # Fail fast: the rest of the message is never sent.
    for number, parts in (("6.4.1", [COSME, b"\xf4\x90\x80\x80"]), ("6.4.2", [COSME + b"\xf4", b"\x90"])):
        yield Case(number, [f(TEXT, parts[0], False), None, f(CONTINUATION, parts[1], False)], [], [1007])
    for number, parts in (("6.4.3", [COSME, b"\xf4\x90\x80\x80"]), ("6.4.4", [COSME + b"\xf4", b"\x90"])):
        yield Case(number, ["unfinished", parts[0], None, parts[1]], [], [1007])
    for group, sequences in enumerate(utf8_table(), 5):
        for i, (good, payload) in enumerate(sequences, 1):
            yield Case(f"6.{group}.{i}", [f(TEXT, payload)], [(TEXT, payload)] if good else [], None if good else [1007])


def utf8_table():
    """Markus Kuhn's decoder tests in the order of the suite's groups 6.5 to 6.23: (is valid, bytes)."""
    def valid(*texts):
        return [(True, text) for text in texts]

    def broken(*texts):
        return [(False, text) for text in texts]

    def decodes(text):
        try:
            text.decode()
            return True
        except UnicodeDecodeError:
            return False
    missing = [b"\xc0", b"\xe0\x80", b"\xf0\x80\x80", b"\xf8\x80\x80\x80", b"\xfc\x80\x80\x80\x80",
               b"\xdf", b"\xef\xbf", b"\xf7\xbf\xbf", b"\xfb\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf"]
    planes = [chr(plane << 16 | low).encode() for plane in range(1, 17) for low in (0xfffe, 0xffff)]
    high, low = [b"\xed\xa0\x80", b"\xed\xad\xbf", b"\xed\xae\x80", b"\xed\xaf\xbf"], [b"\xed\xb0\x80", b"\xed\xbf\xbf"]
    return [
        valid(*[b"hello" + sign.encode() + b"world" for sign in "$¢€𤭢"], COSME),
        [(decodes(COSME[:i]), COSME[:i]) for i in range(1, len(COSME) + 1)],
        valid(b"\x00", b"\xc2\x80", b"\xe0\xa0\x80", b"\xf0\x90\x80\x80"),
        broken(b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80"),
        valid(b"\x7f", b"\xdf\xbf", b"\xef\xbf\xbf", b"\xf4\x8f\xbf\xbf"),
        broken(b"\xf7\xbf\xbf\xbf", b"\xfb\xbf\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf\xbf"),
        valid(b"\xed\x9f\xbf", b"\xee\x80\x80", b"\xef\xbf\xbd", b"\xf4\x8f\xbf\xbf") + broken(b"\xf4\x90\x80\x80"),
        broken(b"\x80", b"\xbf", *[(b"\x80\xbf" * 3)[:size] for size in range(2, 7)], bytes(range(0x80, 0xbf))),
        broken(*[b"".join(bytes([lead]) + b" " for lead in range(first, last))
                 for first, last in ((0xc0, 0xdf), (0xe0, 0xef), (0xf0, 0xf7), (0xf8, 0xfb), (0xfc, 0xfd))]),
        broken(*missing),
        broken(b"".join(missing)),
        broken(b"\xfe", b"\xff", b"\xfe\xfe\xff\xff"),
        broken(b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xf8\x80\x80\x80\xaf", b"\xfc\x80\x80\x80\x80\xaf"),
        broken(b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"\xf8\x87\xbf\xbf\xbf", b"\xfc\x83\xbf\xbf\xbf\xbf"),
        broken(b"\xc0\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xf8\x80\x80\x80\x80", b"\xfc\x80\x80\x80\x80\x80"),
        broken(*high, b"\xed\xb0\x80", b"\xed\xbe\x80", b"\xed\xbf\xbf"),
        broken(*[one + other for one in high for other in low]),
        valid(b"\xef\xbf\xbe", b"\xef\xbf\xbf", *planes),
        valid(*[chr(sign).encode() for sign in range(0xfff9, 0x10000)]),
    ]


def code_of(value, reason=b""):
    return value.to_bytes(2, "big") + reason


def closing():
    bye = f(CLOSE, code_of(1000))
    yield Case("7.1.1", [f(TEXT, HELLO)], [(TEXT, HELLO)])
    yield Case("7.1.2", [bye, bye], [], [1000])
    yield Case("7.1.3", [bye, f(PING)], [], [1000])
    yield Case("7.1.4", [bye, f(TEXT, HELLO)], [], [1000])
    yield Case("7.1.5", [f(TEXT, b"fragment1", False), bye, f(CONTINUATION, b"fragment2")], [], [1000])
    long = b"BAsd7&jh23" * 26215
    yield Case("7.1.6", [f(TEXT, long), bye, f(PING)], [(TEXT, long)], [1000])
    yield Case("7.3.1", [f(CLOSE)], [], [1005])
    yield Case("7.3.2", [f(CLOSE, b"a")], [], [1002])
    yield Case("7.3.3", [bye], [], [1000])
    yield Case("7.3.4", [f(CLOSE, code_of(1000, HELLO))], [], [1000])
    yield Case("7.3.5", [f(CLOSE, code_of(1000, b"*" * 123))], [], [1000])
    yield Case("7.3.6", [f(CLOSE, code_of(1000, b"*" * 124))], [], [1002])
    yield Case("7.5.1", [f(CLOSE, code_of(1000, COSME + b"\xed\xa0\x80edited"))], [], [1007])
    good = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]
    for i, code in enumerate(good, 1):
        yield Case(f"7.7.{i}", [f(CLOSE, code_of(code))], [], [code])
    for i, code in enumerate([0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999], 1):
        yield Case(f"7.9.{i}", [f(CLOSE, code_of(code))], [], [1002])
    for i, code in enumerate([5000, 65535], 1):
        yield Case(f"7.13.{i}", [f(CLOSE, code_of(code))], [], [1002])


def limits(long):
    """9.1 to 9.8 and 10.1. Shortened, the largest messages and most of the 1,000 round trips are left to the long run."""
    kilo, mega = 1024, 1024 * 1024
    sizes = [64 * kilo, 256 * kilo, mega, 4 * mega, 8 * mega, 16 * mega]
    for group, opcode, letter in ((1, TEXT, b"*"), (2, BINARY, b"\xfe")):
        for i, size in enumerate(sizes, 1):
            if long or size <= 4 * mega or (group == 2 and size == 16 * mega):
                yield Case(f"9.{group}.{i}", [f(opcode, letter * size)], [(opcode, letter * size)])
    whole = 4 * mega if long else 512 * kilo
    for group, opcode, letter in ((3, TEXT, b"*"), (4, BINARY, b"\xfe")):
        for i in range(9):
            yield Case(f"9.{group}.{i + 1}", fragments(opcode, letter * whole, min(64 * 4**i, whole)), [(opcode, letter * whole)])
    whole = mega if long else 128 * kilo
    for group, opcode, letter in ((5, TEXT, b"*"), (6, BINARY, b"\xfe")):
        for i in range(6):
            yield Case(f"9.{group}.{i + 1}", [f(opcode, letter * whole)], [(opcode, letter * whole)], chop=64 * 2**i)
    count = 1000 if long else 100
    for group, opcode, letter in ((7, TEXT, b"*"), (8, BINARY, b"\xfe")):
        for i, size in enumerate([0, 16, 64, 256, 1024, 4096], 1):
            yield Case(f"9.{group}.{i}", [f(opcode, letter * size), None] * count, [(opcode, letter * size)] * count)
    yield Case("10.1.1", fragments(TEXT, b"*" * 65536, 1300), [(TEXT, b"*" * 65536)])


def plain(long=False):
    """Groups 1 to 7, 9 and 10."""
    for group in (framing(), pings(), reserved_bits(), opcodes(), fragmentation(), utf8(), closing(), limits(long)):
        yield from group


# Payload length and size of fragments of 12.x.1 to 12.x.18 and 13.x.1 to 13.x.18.
MESSAGES = [(16, 0), (64, 0), (256, 0), (1024, 0), (4096, 0), (8192, 0), (16384, 0), (32768, 0), (65536, 0), (131072, 0),
            (8192, 256), (16384, 256), (32768, 256), (65536, 256), (131072, 256), (131072, 1024), (131072, 4096), (131072, 32768)]


def encode(sends, mask):
    """The bytes of a case's sends in groups: each group is sent, then everything expected so far is waited for."""
    groups, pieces = [], []
    sends = list(sends)
    if sends and sends[0] == "unfinished":
        whole = b"".join(part for part in sends[1:] if part) + b"never sent"
        sent = ws_wire.frame(TEXT, whole, mask=mask)
        head = len(sent) - len(whole)
        cut = head + len(sends[1])
        return [[sent[:cut]], [sent[cut:cut + len(sends[3])]]]
    for send in sends:
        if send is None:
            groups.append(pieces)
            pieces = []
        else:
            opcode, payload, fin, rsv = send
            pieces.append(ws_wire.frame(opcode, payload, fin, rsv, mask))
    return [*groups, pieces]


def run(case, wire):
    """Plays a case on an open connection. Raises AssertionError with its number."""
    got = []
    try:
        groups = encode(case.sends, wire.masks)
        for i, pieces in enumerate(groups):
            send_group(wire, pieces, case.chop)
            last = i == len(groups) - 1
            # Between groups: as many answers as frames have asked for; with the list's order they come in step.
            wanted = len(case.expects) if last else expected_after(case, i)
            while len(got) < wanted:
                opcode, fin, rsv, payload = wire.read()
                assert fin and rsv == 0, (opcode, fin, rsv)
                assert opcode != CLOSE, f"closed with {close_code(payload)} {payload[2:]!r} after {len(got)} answers"
                got.append((opcode, payload))
        assert got == case.expects, [(o, p[:40]) for o, p in got]
        if case.code is None:
            wire.send(ws_wire.frame(CLOSE, code_of(1000), mask=wire.masks))
        opcode, _, _, payload = wire.read()
        assert opcode == CLOSE, (opcode, payload[:40])
        assert close_code(payload) in (case.code or [1000]), (close_code(payload), payload[2:])
        payload[2:].decode()
        if not wire.masks:
            wire.close()  # RFC 6455 section 7.1.1: the server ends the connection
        else:
            assert wire.at_end(), "the connection stays"
    except (AssertionError, ws_wire.Ended) as problem:
        raise AssertionError(f"case {case.number}: {problem}") from None


def send_group(wire, pieces, chop):
    try:
        if chop < 0:
            for piece in pieces:
                wire.send(piece)
        else:
            wire.send(b"".join(pieces), chop)
    except (ws_wire.Ended, OSError) as end:
        if not wire.buffer:
            raise ws_wire.Ended(str(end)) from None  # else: it failed us while we were sending, as it should


def expected_after(case, group):
    """Answers that the first `group` + 1 groups ask for: pings and ends of messages."""
    seen = answers = 0
    for send in case.sends:
        if send is None:
            if seen == group:
                break
            seen += 1
        elif isinstance(send, tuple) and (send[0] == PING or (send[2] and send[0] < CLOSE)):
            answers += 1
    return answers


def close_code(payload):
    return int.from_bytes(payload[:2], "big") if len(payload) >= 2 else 1005
