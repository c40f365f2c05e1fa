"""Every request is held against the Bot API: what does not fit is refused and written down."""

import json

import pytest

from sandbox.telegram.errors import ViolationError
from sandbox.telegram.markup import parse_html
from tests.integration.sandboxed import SARI, Json, sandboxed


def button(**fields: object) -> Json:
    return {"inline_keyboard": [[{"text": "Ya"} | fields]]}


WRONG: dict[str, tuple[str, Json]] = {
    "an unknown field": ("sendMessage", {"chat_id": SARI, "text": "a", "txt": "b"}),
    "a field of long ago": ("sendMessage", {"chat_id": SARI, "text": "a", "reply_to_message_id": 1}),
    "a missing chat": ("sendMessage", {"text": "a"}),
    "a missing text": ("sendMessage", {"chat_id": SARI}),
    "an empty text": ("sendMessage", {"chat_id": SARI, "text": ""}),
    "a text of blanks": ("sendMessage", {"chat_id": SARI, "text": " \n "}),
    "a text too long": ("sendMessage", {"chat_id": SARI, "text": "a" * 4097}),
    "a number for a text": ("sendMessage", {"chat_id": SARI, "text": 5}),
    "a truth for a number": ("sendMessage", {"chat_id": True, "text": "a"}),
    "a word for a truth": ("sendMessage", {"chat_id": SARI, "text": "a", "protect_content": "perhaps"}),
    "broken JSON in a field": ("sendMessage", {"chat_id": SARI, "text": "a", "reply_markup": "{"}),
    "markup of another kind": ("sendMessage", {"chat_id": SARI, "text": "a", "parse_mode": "MarkdownV2"}),
    "broken HTML": ("sendMessage", {"chat_id": SARI, "text": "<b>a", "parse_mode": "HTML"}),
    "a reply without its id's type": (
        "sendMessage",
        {"chat_id": SARI, "text": "a", "reply_parameters": {"message_id": "one"}},
    ),
    "an unknown field in a reply": (
        "sendMessage",
        {"chat_id": SARI, "text": "a", "reply_parameters": {"message_id": 1, "allow": True}},
    ),
    "65 bytes of callback data": (
        "sendMessage",
        {"chat_id": SARI, "text": "a", "reply_markup": button(callback_data="é" * 32 + "a")},
    ),
    "a button that does nothing": ("sendMessage", {"chat_id": SARI, "text": "a", "reply_markup": button()}),
    "a button that does two things": (
        "sendMessage",
        {"chat_id": SARI, "text": "a", "reply_markup": button(callback_data="a", url="https://example.com")},
    ),
    "an unknown button style": (
        "sendMessage",
        {"chat_id": SARI, "text": "a", "reply_markup": button(callback_data="a", style="green")},
    ),
    "257 characters to copy": (
        "sendMessage",
        {"chat_id": SARI, "text": "a", "reply_markup": button(copy_text={"text": "a" * 257})},
    ),
    "a callback answer too long": ("answerCallbackQuery", {"callback_query_id": "1", "text": "a" * 201}),
    "101 updates at once": ("getUpdates", {"limit": 101}),
    "a command in capitals": ("setMyCommands", {"commands": [{"command": "Saldo", "description": "a"}]}),
    "101 commands": ("setMyCommands", {"commands": [{"command": "a", "description": "a"}] * 101}),
    "an edit of nothing": ("editMessageText", {"text": "a"}),
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_violation_is_refused_and_written_down(case: str) -> None:
    method, values = WRONG[case]
    async with sandboxed() as box:
        answer = await box.http.post(box.method_url(method), json=values)
        assert answer.status_code == 400
        assert answer.json()["ok"] is False
        assert answer.json()["description"].startswith("Bad Request: ")
        [violation] = (await box.state())["telegram"]["violations"]
        assert violation["method"] == method
        assert violation["why"] in answer.json()["description"]
        assert box.world.telegram.bot_messages(SARI) == []


async def test_what_just_fits_is_taken() -> None:
    async with sandboxed() as box:
        markup = button(callback_data="é" * 32, style="success")
        reply = {"message_id": 99, "allow_sending_without_reply": True}
        sent = await box.done(
            "sendMessage", chat_id=SARI, text="a" * 4096, reply_markup=markup, reply_parameters=reply
        )
        assert sent["reply_markup"] == markup
        assert box.world.telegram.violations == []


async def test_form_multipart_query_and_json_mean_the_same() -> None:
    async with sandboxed() as box:
        markup = button(callback_data="a")
        flat = {
            "chat_id": str(SARI),
            "text": "é & b",
            "protect_content": "true",
            "reply_markup": json.dumps(markup),
        }
        url = box.method_url("sendMessage")
        answers = [
            await box.http.post(url, data=flat),
            await box.http.post(url, files={name: (None, value) for name, value in flat.items()}),
            await box.http.get(url, params=flat),
            await box.http.post(url, json=flat),
            await box.http.post(url, json=flat | {"chat_id": SARI, "reply_markup": markup}),
        ]
        told = [answer.json()["result"] for answer in answers]
        assert [one["text"] for one in told] == ["é & b"] * 5
        assert all(one["reply_markup"] == markup for one in told)


async def test_an_unreadable_body_is_a_violation() -> None:
    async with sandboxed() as box:
        for kind in (
            "application/json",
            "multipart/form-data; boundary=x",
            "application/x-www-form-urlencoded",
        ):
            url, headers = box.method_url("sendMessage"), {"Content-Type": kind}
            answer = await box.http.post(url, content=b"\xff{", headers=headers)
            assert answer.status_code == 400
        assert len(box.world.telegram.violations) == 3


async def test_an_unknown_method_is_not_found() -> None:
    async with sandboxed() as box:
        assert (await box.api("sendMessages"))["error_code"] == 404


async def test_a_wrong_token_is_unauthorized() -> None:
    async with sandboxed() as box:
        answer = await box.http.get(f"{box.url}/bot1:wrong/getMe")
        assert answer.status_code == 401
        assert answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("a &lt;b&gt; &amp;amp; &quot; & > c", 'a <b> &amp; " & > c', []),
        ("<b>a</b>", "a", [{"type": "bold", "offset": 0, "length": 1}]),
        ("🙂<i>é</i>", "🙂é", [{"type": "italic", "offset": 2, "length": 1}]),
        (
            "<b>a<i>b</i></b>",
            "ab",
            [{"type": "bold", "offset": 0, "length": 2}, {"type": "italic", "offset": 1, "length": 1}],
        ),
        (
            '<a href="https://a.id/?x=1&amp;y=2">di sini</a>',
            "di sini",
            [{"type": "text_link", "offset": 0, "length": 7, "url": "https://a.id/?x=1&y=2"}],
        ),
        ("<code>1234</code>", "1234", [{"type": "code", "offset": 0, "length": 4}]),
        (
            '<pre><code class="language-python">x</code></pre>',
            "x",
            [{"type": "pre", "offset": 0, "length": 1, "language": "python"}],
        ),
        (
            "<blockquote expandable>x</blockquote>",
            "x",
            [{"type": "expandable_blockquote", "offset": 0, "length": 1}],
        ),
        ('<span class="tg-spoiler">x</span>', "x", [{"type": "spoiler", "offset": 0, "length": 1}]),
        ("<b></b>&#128578;&#x41;", "🙂A", []),
    ],
)
def test_html_becomes_text_and_entities(source: str, text: str, entities: list[Json]) -> None:
    assert parse_html(source) == (text, tuple(entities))


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("é <x>", 'Unsupported start tag "x" at byte offset 3'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b><i>a</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<b", 'Unclosed start tag "b" at byte offset 0'),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_bad_html_is_refused_as_telegram_words_it(source: str, complaint: str) -> None:
    with pytest.raises(ViolationError) as caught:
        parse_html(source)
    assert caught.value.description == f"Bad Request: can't parse entities: {complaint}"
