"""Pictures and documents travel both ways as at Telegram, byte for byte."""

import json
import random
from io import BytesIO

import pytest
from PIL import Image
from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram.error import BadRequest, NetworkError

from sandbox.telegram import files
from sandbox.telegram.emulator import Telegram
from sandbox.telegram.errors import RefusedError
from sandbox.telegram.files import Files, Upload
from sandbox.world import World
from tests.integration.sandboxed import GROUP, SARI, Clock, sandboxed
from tests.integration.test_sandbox_ptb import ptb

PRICES = b"kode;nama;harga\r\ns5;Telkomsel 5.000;5.900\r\n"
# Line ends of every kind, a boundary's beginning, an end without a line end: what a parser could trip over.
AWKWARD = b"\r\n--\r\r\n\x00\xff--abc\n\n\r" + random.Random(5).randbytes(70_000) + b"\r"  # noqa: S311  # any bytes


def png(width: int = 384, height: int = 600) -> bytes:
    out = BytesIO()
    Image.new("1", (width, height), 1).save(out, "PNG")
    return out.getvalue()


async def test_a_picture_stands_in_its_chat_with_caption_reply_and_buttons() -> None:
    async with ptb() as (box, bot):
        said = box.world.telegram.say(SARI, "s5.081234560000")
        sent = await bot.send_photo(
            SARI,
            png(),
            caption="<b>Struk</b> 🙂",
            parse_mode="HTML",
            reply_parameters=ReplyParameters(said.message_id, allow_sending_without_reply=True),
            reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("Tutup", callback_data="x")]]),
        )
        assert [(one.width, one.height, one.file_size) for one in sent.photo] == [(384, 600, len(png()))]
        assert (sent.caption, sent.parse_caption_entities()) == (
            "Struk 🙂",
            {sent.caption_entities[0]: "Struk"},
        )
        assert (sent.text, sent.document) == (None, None)
        assert sent.reply_to_message is not None
        file = await bot.get_file(sent.photo[-1].file_id)
        assert bytes(await file.download_as_bytearray()) == png()
        stands = await box.world.telegram.wait_for_message(SARI, containing="Struk")
        assert stands.id == sent.message_id
        assert box.world.telegram.violations == []


@pytest.mark.parametrize("content", [PRICES, AWKWARD, b"\n", b"\r\n"], ids=["csv", "awkward", "lf", "crlf"])
async def test_a_document_of_the_bot_arrives_byte_for_byte(content: bytes) -> None:
    async with ptb() as (box, bot):
        sent = await bot.send_document(SARI, content, filename='Harga "é" 🙂.csv', caption="Daftar harga")
        assert sent.document is not None
        assert sent.document.file_name is not None
        assert sent.document.file_name.endswith(" 🙂.csv")
        assert (sent.document.mime_type, sent.document.file_size) == ("text/csv", len(content))
        file = await bot.get_file(sent.document.file_id)
        assert bytes(await file.download_as_bytearray()) == content
        assert box.world.telegram.violations == []


async def test_a_document_of_a_person_is_told_and_can_be_downloaded() -> None:
    async with ptb() as (box, bot):
        first = box.world.telegram.say(SARI, "/katalog")
        said = box.world.telegram.send_file(
            SARI, "harga.xlsx", PRICES, caption="baru", reply_to=first.message_id
        )
        _, update = await bot.get_updates()
        message = update.message
        assert message is not None
        assert (message.message_id, message.text, message.caption) == (said.message_id, None, "baru")
        assert message.reply_to_message is not None
        assert message.document is not None
        assert (message.document.file_name, message.document.file_size) == ("harga.xlsx", len(PRICES))
        assert message.document.mime_type is not None
        assert message.document.mime_type.endswith("spreadsheetml.sheet")
        file = await bot.get_file(message.document)
        assert bytes(await file.download_as_bytearray()) == PRICES


async def test_a_file_known_by_its_id_is_sent_again_without_its_bytes() -> None:
    async with ptb() as (_, bot):
        photo = (await bot.send_photo(SARI, png())).photo[-1]
        again = (await bot.send_photo(GROUP, photo.file_id)).photo[-1]
        assert again == photo
        with pytest.raises(BadRequest, match=r"[Ww]rong file identifier"):
            await bot.send_document(SARI, "BQACAgUAAxkBAAI")


async def test_a_file_over_20_mb_is_told_but_not_given() -> None:
    async with ptb() as (box, bot):
        box.world.telegram.send_file(SARI, "besar.csv", bytes(20 * 1024 * 1024 + 1))
        [update] = await bot.get_updates()
        assert update.message is not None
        assert update.message.document is not None
        with pytest.raises(BadRequest, match=r"[Ff]ile is too big"):
            await bot.get_file(update.message.document)


async def test_people_send_no_file_that_their_app_would_not() -> None:
    telegram = World().telegram
    for name, content, caption in (("", b"a", ""), ("a.csv", b"", ""), ("a.csv", b"a", "a" * 1025)):
        with pytest.raises(ValueError, match=r"characters|bytes"):
            telegram.send_file(SARI, name, content, caption=caption)
    with pytest.raises(ValueError, match="bytes"):
        telegram.send_file(SARI, "a.csv", bytes(files.LARGEST_UPLOAD + 1))
    assert telegram.messages(SARI) == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (png()[:-40], "IMAGE_PROCESS_FAILED"),
        (png(9_000, 1_001), "PHOTO_INVALID_DIMENSIONS"),
        (png(20, 401), "PHOTO_INVALID_DIMENSIONS"),
        (b"", "IMAGE_PROCESS_FAILED"),
    ],
)
async def test_what_is_no_proper_picture_is_a_violation(content: bytes, why: str) -> None:
    async with sandboxed() as box:
        url = box.method_url("sendPhoto")
        answer = await box.http.post(url, data={"chat_id": SARI}, files={"photo": ("a.png", content)})
        assert answer.status_code == 400
        [violation] = box.world.telegram.violations
        assert violation["why"] == why
        assert box.world.telegram.messages(SARI) == []


async def test_a_part_may_be_named_from_elsewhere_in_the_form() -> None:
    async with sandboxed() as box:
        form = {"chat_id": str(SARI), "document": "attach://isi"}
        answer = await box.http.post(
            box.method_url("sendDocument"), data=form, files={"isi": ("a.csv", PRICES)}
        )
        assert answer.json()["result"]["document"]["file_name"] == "a.csv"
        assert box.world.telegram.violations == []


async def test_an_empty_document_is_a_violation() -> None:
    async with sandboxed() as box:
        form, parts = {"chat_id": str(SARI)}, {"document": ("a.csv", b"")}
        answer = await box.http.post(box.method_url("sendDocument"), data=form, files=parts)
        assert answer.json()["description"] == "Bad Request: file must be non-empty"
        assert len(box.world.telegram.violations) == 1


async def test_a_request_too_large_for_telegram_is_not_read_to_its_end() -> None:
    async with sandboxed() as box:
        form, parts = (
            {"chat_id": SARI},
            {"document": ("a.csv", bytes(files.LARGEST_UPLOAD + 2 * 1024 * 1024))},
        )
        answer = await box.http.post(box.method_url("sendDocument"), data=form, files=parts)
        assert (answer.status_code, answer.json()["description"]) == (413, "Request Entity Too Large")
        assert box.world.telegram.messages(SARI) == []


async def test_a_file_in_the_wrong_place_is_a_violation() -> None:
    async with sandboxed() as box:
        for form, parts in (
            ({"chat_id": str(SARI)}, {"text": ("a.csv", PRICES)}),
            ({"chat_id": str(SARI), "text": "a"}, {"document": ("a.csv", PRICES)}),
        ):
            answer = await box.http.post(box.method_url("sendMessage"), data=form, files=parts)
            assert answer.status_code == 400
        assert len(box.world.telegram.violations) == 2


async def test_a_caption_has_1024_characters_and_no_text_to_edit() -> None:
    async with sandboxed() as box:
        document = box.world.telegram.files.document(Upload(name="a.csv", content=PRICES)).file.id
        long = await box.api("sendDocument", chat_id=SARI, document=document, caption="a" * 1025)
        assert long["description"] == "Bad Request: message caption is too long"
        sent = await box.done("sendDocument", chat_id=SARI, document=document, caption="a" * 1024)
        where = {"chat_id": SARI, "message_id": sent["message_id"]}
        edited = await box.api("editMessageText", **where, text="b")
        assert edited["description"] == "Bad Request: there is no text in the message to edit"
        markup = {"inline_keyboard": [[{"text": "Ya", "callback_data": "ya"}]]}
        marked = await box.done("editMessageReplyMarkup", **where, reply_markup=markup)
        assert (marked["caption"], marked["reply_markup"]) == ("a" * 1024, markup)


async def test_pictures_and_documents_count_in_the_pace_as_texts_do() -> None:
    clock = Clock()
    async with sandboxed(World(enforce_limits=True, now_ms=clock.now_ms)) as box:
        document = box.world.telegram.files.document(Upload(name="a.csv", content=PRICES)).file.id
        for _ in range(3):
            await box.done("sendDocument", chat_id=SARI, document=document)
        url = box.method_url("sendPhoto")
        answer = await box.http.post(url, data={"chat_id": SARI}, files={"photo": ("a.png", png())})
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
        clock.pass_s(1)
        answer = await box.http.post(url, data={"chat_id": SARI}, files={"photo": ("a.png", png())})
        assert answer.status_code == 200


async def test_the_download_goes_wrong_on_demand() -> None:
    async with ptb() as (box, bot):
        document = box.world.telegram.files.document(Upload(name="a.csv", content=PRICES)).file.id
        file = await bot.get_file(document)
        for kind in ("500", "reset_before", "reset_after_accepting"):
            box.world.telegram.fault("download", kind)
            with pytest.raises(NetworkError):
                await file.download_as_bytearray()
        assert bytes(await file.download_as_bytearray()) == PRICES
        stranger = await box.http.get(f"{box.url}/file/bot1:wrong/documents/file_1.csv")
        assert stranger.status_code == 401
        nothing = await box.http.get(f"{box.url}/file/bot{box.world.telegram.token}/documents/file_9.csv")
        assert nothing.status_code == 404


def test_the_oldest_files_are_given_up_when_there_is_no_more_room() -> None:
    kept = Files()
    first, *others = (
        kept.document(Upload(name="a.csv", content=bytes([nth]) * files.LARGEST_UPLOAD)).file
        for nth in range(5)
    )
    assert kept.content(first) is None
    with pytest.raises(RefusedError, match="wrong file identifier"):
        kept.downloadable(first.id)
    assert all(kept.content(file) for file in others)
    with pytest.raises(RefusedError, match="Too Large"):
        kept.document(Upload(name="a.csv", content=bytes(files.LARGEST_UPLOAD + 1)))


async def test_a_message_that_asks_for_a_reply_is_seen_to_and_cannot_be_edited() -> None:
    async with ptb() as (box, bot):
        ask = ForceReply(input_field_placeholder="0812…", selective=True)
        sent = await bot.send_message(SARI, "Nomor tujuannya?", reply_markup=ask)
        assert sent.reply_markup is None
        assert asked(box.world.telegram, sent.message_id) == {
            "force_reply": True,
            "input_field_placeholder": "0812…",
            "selective": True,
        }
        [shown] = (await box.state())["chats"][0]["messages"]
        assert shown["asks"] == {"placeholder": "0812…"}
        with pytest.raises(BadRequest, match="can't be edited"):
            await bot.edit_message_text("Sudah", SARI, sent.message_id)
        box.world.telegram.say(SARI, "081234560000", reply_to=sent.message_id)
        [update] = await bot.get_updates()
        assert update.message is not None
        assert update.message.reply_to_message is not None
        assert update.message.reply_to_message.message_id == sent.message_id


def asked(telegram: Telegram, message_id: int) -> object:
    return telegram.message(SARI, message_id).asks


async def test_buttons_may_ask_for_a_reply_too_and_stay_editable() -> None:
    async with sandboxed() as box:
        markup = {"inline_keyboard": [[{"text": "Batal", "callback_data": "x"}]], "force_reply": True}
        sent = await box.done("sendMessage", chat_id=SARI, text="?", reply_markup=markup)
        [shown] = (await box.state())["chats"][0]["messages"]
        assert shown["asks"] == {"placeholder": None}
        await box.done("editMessageText", chat_id=SARI, message_id=sent["message_id"], text="Batal")


async def test_the_hundredth_entity_is_the_last() -> None:
    async with sandboxed() as box:
        html = "".join(f"🙂<code>{nth:03}</code>\n" for nth in range(101))
        sent = await box.done("sendMessage", chat_id=SARI, text=html, parse_mode="HTML")
        assert len(sent["entities"]) == 100
        assert sent["entities"][-1] == {"type": "code", "offset": 99 * 6 + 2, "length": 3}
        assert sent["text"].endswith("🙂100")


async def test_a_text_is_measured_in_utf_16_units() -> None:
    async with sandboxed() as box:
        await box.done("sendMessage", chat_id=SARI, text="🙂" * 2048)
        long = await box.api("sendMessage", chat_id=SARI, text="🙂" * 2048 + "a")
        assert long["description"] == "Bad Request: message is too long"


async def test_the_page_sends_a_file_and_shows_what_was_sent() -> None:
    async with sandboxed() as box:
        where = f"chat_id={SARI}&user_id={SARI}&name=harga.csv"
        answer = await box.http.post(f"{box.url}/sandbox/files?{where}", content=PRICES)
        assert answer.json()["message_id"] == 1
        url = box.method_url("sendPhoto")
        form = {"chat_id": str(SARI), "reply_parameters": json.dumps({"message_id": 1})}
        await box.http.post(url, data=form, files={"photo": ("struk.png", png())})
        document, photo = (await box.state())["chats"][0]["messages"]
        assert photo["reply_to"] == {"id": 1, "text": "harga.csv", "name": "Sari"}
        assert {"kind": "document", "name": "harga.csv", "size": len(PRICES)}.items() <= document[
            "attachment"
        ].items()
        assert {"kind": "photo", "width": 384, "height": 600}.items() <= photo["attachment"].items()
        saved = await box.http.get(box.url + document["attachment"]["url"])
        assert (saved.content, saved.headers["content-disposition"]) == (PRICES, "attachment")
        seen = await box.http.get(box.url + photo["attachment"]["url"])
        assert (seen.content, seen.headers["content-type"]) == (png(), "image/png")
        assert (await box.http.get(f"{box.url}/sandbox/files/AgAD0")).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{"chat_id": SARI}, {"chat_id": "x", "name": "a.csv"}, {"chat_id": 777, "name": "a.csv"}],
)
async def test_a_file_sent_wrongly_is_told_why(wrong: dict[str, str | int]) -> None:
    async with sandboxed() as box:
        answer = await box.http.post(f"{box.url}/sandbox/files", params=wrong, content=PRICES)
        assert answer.status_code == 400
        assert answer.json()["error"]
        assert box.world.telegram.messages(SARI) == []
