"""The table of forged and malformed reversals: what each sends, word for word.

In the words, @PATH@ stands for the right path, @SECRET@ for its secret part, @REF@ for an open order's id,
@OTHER@ for the id of somebody else's, and @DEST@ for the order's own number.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Peer(StrEnum):
    """From where a caller comes; Linux answers on every address of 127.0.0.0/8."""

    BILLER = "127.0.0.2"
    PROXY = "127.0.0.3"
    STRANGER = "127.0.0.4"


FORWARDED_BILLER = "203.0.113.7"
"""The biller's other address, behind the proxy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgery:
    """One attack. `heard`: it knows the way in, so that it is kept in quarantine.

    `refused`: HTTP itself has no such request, so the parser says 400 to it wherever it is sent.
    """

    name: str
    raw: bytes
    peer: Peer = Peer.BILLER
    heard: bool = False
    refused: bool = False


RIGHT = b"status=0&refid=@REF@&product=s5&qty=1&dest=@DEST@&message="
WRONG = RIGHT.replace(b"@DEST@", b"081299999999")
PATH = b"@PATH@"


def request(
    path: bytes = PATH,
    query: bytes | None = RIGHT,
    *headers: bytes,
    method: bytes = b"GET",
    version: bytes = b"HTTP/1.1",
    body: bytes = b"",
) -> bytes:
    """Write one request; no query at all if it is None."""
    target = path if query is None else path + b"?" + query
    lines = [method + b" " + target + b" " + version, b"Host: loket.test", b"Connection: close", *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def wrong_paths() -> Iterator[Forgery]:
    """A right report on a path that is not exactly the right one."""
    paths = {
        "no path": b"/",
        "no secret": b"/reversal",
        "an empty secret": b"/reversal/",
        "a slash behind": b"/reversal/@SECRET@/",
        "something behind": b"/reversal/@SECRET@/x",
        "a letter more": b"/reversal/@SECRET@x",
        "a letter before": b"/reversal/x@SECRET@",
        "a letter less": b"/reversal/@SHORT@",
        "another letter case": b"/reversal/@CAPITALS@",
        "a capital R": b"/Reversal/@SECRET@",
        "capitals throughout": b"/REVERSAL/@CAPITALS@",
        "two slashes before": b"//reversal/@SECRET@",
        "two slashes between": b"/reversal//@SECRET@",
        "a dot between": b"/reversal/./@SECRET@",
        "two dots before": b"/x/../reversal/@SECRET@",
        "two dots behind": b"/reversal/@SECRET@/..",
        "an encoded slash": b"/reversal/@SECRET@%2F",
        "an encoded NUL": b"/reversal/@SECRET@%00",
        "an encoded blank": b"/reversal/@SECRET@%20",
        "an encoded line end": b"/reversal/@SECRET@%0d%0aX:%20y",
        "twice encoded": b"/reversal/@TWICE@",
        "invalid UTF-8": b"/reversal/%ff%fe",
        "a path parameter": b"/reversal/@SECRET@;x=1",
        "a backslash": b"/reversal\\@SECRET@",
        "a broken escape": b"/reversal/@SECRET@%",
        "the secret alone": b"/@SECRET@",
        "the plural": b"/reversals/@SECRET@",
        "behind another path": b"/healthz/reversal/@SECRET@",
    }
    for name, path in paths.items():
        yield Forgery(name=f"path: {name}", raw=request(path))
    yield Forgery(name="path: no query", raw=request(query=None), heard=True)
    yield Forgery(name="path: all is a fragment", raw=request(PATH + b"#", RIGHT), heard=True)


def wrong_methods() -> Iterator[Forgery]:
    """A right report by another method."""
    for method in (b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"TRACE", b"HEAD", b"PROPFIND"):
        yield Forgery(name=f"method: {method.decode()}", raw=request(method=method))
    form = b"Content-Type: application/x-www-form-urlencoded"
    length = b"Content-Length: %d" % len(RIGHT.replace(b"@REF@", b"0" * 17).replace(b"@DEST@", b"0" * 12))
    posted = request(PATH, None, form, length, method=b"POST", body=RIGHT)
    yield Forgery(name="method: a posted form", raw=posted)
    override = request(PATH, RIGHT, b"X-HTTP-Method-Override: GET", method=b"POST")
    yield Forgery(name="method: an override", raw=override)
    for method in (b"FOO", b"get", b"G", b""):
        yield Forgery(name=f"method: {method.decode()!r}", raw=request(method=method), refused=True)


def wrong_addresses() -> Iterator[Forgery]:
    """A right report from an address that is not let in, whatever it writes into headers."""
    biller = FORWARDED_BILLER.encode()
    games: dict[str, tuple[Peer, tuple[bytes, ...]]] = {
        "a stranger": (Peer.STRANGER, ()),
        "a stranger who writes a header": (Peer.STRANGER, (b"X-Forwarded-For: " + biller,)),
        "a stranger who writes two": (Peer.STRANGER, (b"X-Forwarded-For: " + biller,) * 2),
        "a stranger who names the proxy": (Peer.STRANGER, (b"X-Forwarded-For: " + biller + b", 127.0.0.3",)),
        "the proxy itself": (Peer.PROXY, ()),
        "a stranger behind the proxy": (Peer.PROXY, (b"X-Forwarded-For: 198.51.100.9",)),
        "the leftmost is spoofed": (Peer.PROXY, (b"X-Forwarded-For: " + biller + b", 198.51.100.9",)),
        "spoofed in a header of its own": (
            Peer.PROXY,
            (b"X-Forwarded-For: " + biller, b"X-Forwarded-For: 198.51.100.9"),
        ),
        "spoofed before another proxy": (
            Peer.PROXY,
            (b"X-Forwarded-For: " + biller + b", 198.51.100.9, 127.0.0.3",),
        ),
        "other headers of proxies": (
            Peer.PROXY,
            (b"X-Real-IP: " + biller, b"Forwarded: for=" + biller, b"True-Client-IP: " + biller),
        ),
        "another header's name": (Peer.PROXY, (b"X_Forwarded_For: " + biller,)),
        "a mapped stranger": (Peer.PROXY, (b"X-Forwarded-For: ::ffff:198.51.100.9",)),
    }
    for name, (peer, headers) in games.items():
        yield Forgery(name=f"address: {name}", raw=request(PATH, RIGHT, *headers), peer=peer)
    for garbage in (
        *(b"", b",", b" , ", b"unknown", b"localhost", b"203.0.113.7:80", b"203.0.113.007", b"0xcb007107"),
        *(b"3405803783", b"[203.0.113.7]", b"203.0.113.7/32", b"203.0.113.7;", b"203.0.113.7,", b"\xff"),
        *("\u0662\u0660\u0663.0.113.7".encode(), b"::ffff:203.0.113.7, x", b"fe80::1%203.0.113.7"),
    ):
        raw = request(PATH, RIGHT, b"X-Forwarded-For: " + garbage)
        yield Forgery(name=f"address: {garbage!r}", raw=raw, peer=Peer.PROXY)


def wrong_values() -> Iterator[Forgery]:
    """A report that names no order of ours, or not as it is, or says nothing that the sheet knows."""
    wrong: dict[bytes, tuple[bytes, ...]] = {
        b"refid": (
            *(b"", b"0", b"22110111373985338", b"@REF@0", b"@SHORTREF@", b"%20@REF@", b"@REF@%20"),
            *(b"@REF@%0A", b"@REF@%00", b"+@REF@", b"%2B@REF@", b"-@SHORTREF@", b"@ARABICREF@"),
            *(b"@OTHER@", b"@REF@,@OTHER@", b"..%2F@REF@", b"@REF@'--", b"*", b"%25"),
        ),
        b"dest": (
            *(b"", b"081299999999", b"%20@DEST@", b"@DEST@%20", b"@DEST@%00", b"0@DEST@", b"62@DEST@"),
            *(b"%D9%A081234566666", b"@DEST@%E2%80%8B", b"*", b"%25"),
        ),
        b"status": (
            *(b"", b"2", b"-0", b"+0", b"00", b"01", b"%200", b"0%20", b"0_0", b"0.0", b"0e0", b"false"),
            *(b"%D9%A0", b"%EF%BC%90", b"0%00", b"0,1", b"0;1", b"null", b"10", b"0x0", b"SUKSES"),
        ),
        b"product": (b"", b"s50", b"s", b"banktrf", b"%C5%BF5", b"s5%00"),
    }
    for field, values in wrong.items():
        for value in values:
            query = b"&".join(
                field + b"=" + value if pair.startswith(field + b"=") else pair for pair in RIGHT.split(b"&")
            )
            yield Forgery(name=f"{field.decode()}: {value!r}", raw=request(PATH, query), heard=True)
    code = RIGHT.replace(b"product=s5", b"product=banktrf") + b"Transaksi+s10.@DEST@+SUKSES"
    yield Forgery(name="product and code are both another's", raw=request(PATH, code), heard=True)


def wrong_forms() -> Iterator[Forgery]:
    """A query that is not one each of what the sheet shows."""
    for pair in RIGHT.split(b"&"):
        field = pair.split(b"=")[0]
        without = b"&".join(each for each in RIGHT.split(b"&") if each != pair)
        if field != b"qty":
            yield Forgery(name=f"without {field.decode()}", raw=request(PATH, without), heard=True)
        for twin in sorted({pair, field + b"=1", field + b"="}):
            raw = request(PATH, RIGHT + b"&" + twin)
            yield Forgery(name=f"{field.decode()} twice, as {twin!r}", raw=raw, heard=True)
        spelt = RIGHT.replace(field, b"%%%02X" % field[0] + field[1:]) + b"&" + pair
        yield Forgery(name=f"{field.decode()} twice, once encoded", raw=request(PATH, spelt), heard=True)
    forms = {
        "an empty query": b"",
        "arrays": RIGHT.replace(b"status=0", b"status[]=0"),
        "an index": RIGHT.replace(b"status=0", b"status[0]=0"),
        "capitals": RIGHT.replace(b"status=0", b"STATUS=0"),
        "a blank before a name": RIGHT.replace(b"status=0", b"+status=0"),
        "semicolons": RIGHT.replace(b"&", b";"),
        "encoded ampersands": RIGHT.replace(b"&", b"%26"),
        "encoded equals": RIGHT.replace(b"=", b"%3D"),
        "empty pairs": RIGHT.replace(b"&", b"&&"),
        "a name without a value": RIGHT + b"&x",
        "a second question mark": b"?" + RIGHT,
        "JSON": b"%7B%22status%22:0,%22refid%22:%22@REF@%22%7D",
        "a broken escape": RIGHT + b"%zz",
        "half an escape": RIGHT + b"%2",
        "a lone percent": RIGHT + b"%",
        "invalid UTF-8": RIGHT + b"%ff%fe",
        "half a character": RIGHT + b"%ED%A0%80",
        "an overlong NUL": RIGHT + b"%C0%80",
        "too many fields": RIGHT + b"&x=1" * 30,
        "9 kB": RIGHT + b"x" * 9_000,
        "60 kB": RIGHT + b"x" * 60_000,
        "cut by a fragment": b"status=0&refid=@REF@&product=s5&qty=1#&dest=@DEST@&message=",
    }
    for name, query in forms.items():
        yield Forgery(name=f"query: {name}", raw=request(PATH, query), heard=True)
    for name, rest in (("100 kB", b"x" * 100_000), ("raw 8-bit bytes", b"\xff\xfe")):
        yield Forgery(name=f"query: {name}", raw=request(PATH, RIGHT + rest), refused=True)


def smuggled() -> Iterator[Forgery]:
    """A right report hidden in what is not a request of its own, and requests bent out of shape."""
    inner = request(PATH, RIGHT)
    length = b"Content-Length: @INNERLENGTH@"
    chunked = b"Transfer-Encoding: chunked"
    elsewhere = b"/nowhere"
    chunks = b"@INNERHEX@\r\n" + inner + b"\r\n0\r\n\r\n"
    taken = {
        "in a body": request(elsewhere, None, length, body=inner),
        "in the body of a POST": request(elsewhere, None, length, method=b"POST", body=inner),
        "in chunks": request(elsewhere, None, chunked, body=chunks),
        "in the body of a stranger's report": request(b"/reversal/x", RIGHT, length, body=inner),
        "in an upgrade": request(elsewhere, None, b"Upgrade: websocket", body=inner).replace(
            b"Connection: close", b"Connection: Upgrade, close"
        ),
    }
    for name, raw in taken.items():
        yield Forgery(name=f"smuggled: {name}", raw=raw)
    refused = {
        "two lengths": request(elsewhere, None, b"Content-Length: 0", length, body=inner),
        "length and chunks": request(elsewhere, None, length, chunked, body=chunks),
        "chunks and length": request(elsewhere, None, chunked, b"Content-Length: 4", body=chunks),
        "a blank before the colon": request(elsewhere, None, b"Transfer-Encoding : chunked", body=chunks),
        "an unknown coding": request(elsewhere, None, b"Transfer-Encoding: xchunked", body=chunks),
        "a negative length": request(elsewhere, None, b"Content-Length: -1", body=inner),
        "a length with a sign": request(elsewhere, None, b"Content-Length: +5", body=inner),
        "a length of letters": request(elsewhere, None, b"Content-Length: 0x10", body=inner),
        "a header without a colon": request(PATH, WRONG, b"nothing"),
        "a NUL in a header": request(PATH, WRONG, b"X: a\0b"),
        "a bare CR in a header": request(PATH, WRONG, b"X: a\rY: b"),
        "two blanks": request(PATH, WRONG).replace(b"GET ", b"GET  ", 1).replace(b" HTTP", b"  HTTQ", 1),
        "no version": b"GET @PATH@?" + WRONG + b" \r\n\r\n",
        "an unknown version": request(PATH, WRONG, version=b"HTTP/9.9"),
        "another protocol": request(PATH, WRONG, version=b"SIP/2.0"),
        "HTTP/2's first words": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + inner,
        "TLS's first words": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + inner,
        "raw bytes in the path": request(b"/reversal/@SECRET@\xff", RIGHT),
    }
    for name, raw in refused.items():
        yield Forgery(name=f"smuggled: {name}", raw=raw, refused=True)


def bent() -> Iterator[Forgery]:
    """A forged report in a request that is odd, and yet a request."""
    shapes = {
        "HTTP/1.0": request(PATH, WRONG, version=b"HTTP/1.0"),
        "an absolute target": request(b"http://loket.test@PATH@", WRONG),
        "another host's target": request(b"http://evil.example@PATH@", WRONG),
        "an encoded letter": request(b"/rever%73al/@SECRET@", WRONG),
        "a body of its own": request(PATH, WRONG, b"Content-Length: 4", body=b"x=y&"),
        "another way named": request(b"/reversal/@SECRET@", WRONG, b"X-Original-URL: @PATH@?" + RIGHT),
        "an upgrade": request(PATH, WRONG, b"Upgrade: h2c").replace(b": close", b": Upgrade, close", 1),
        "no host": request(PATH, WRONG).replace(b"Host: loket.test\r\n", b""),
        "two hosts": request(PATH, WRONG, b"Host: evil.example"),
    }
    for name, raw in shapes.items():
        yield Forgery(name=f"bent: {name}", raw=raw, heard=True)


FORGERIES = (
    *wrong_paths(),
    *wrong_methods(),
    *wrong_addresses(),
    *wrong_values(),
    *wrong_forms(),
    *smuggled(),
    *bent(),
)
