"""The words in which Indonesian billers say how a purchase stands, and what each of them means.

Words are listed in lower case; doubled letters count once, so that SUKSESSS and "sucess" need no row.
To teach Loket a word, add it to the row whose meaning it has.
"""

import re
from collections.abc import Iterable, Mapping
from enum import Enum, auto
from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar

_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=4096)
def plain(word: str) -> str:
    """Return a lower-case word without doubled letters: typing errors and shouting are no other words."""
    return _DOUBLED.sub(r"\1", word)


class Sense(Enum):
    """What a word says of a purchase when nothing around it says otherwise."""

    SUCCESS = auto()
    """It succeeded, in so many words."""
    DONE = auto()
    """Something is finished: a success where no plainer word stands in the message."""
    MOVED = auto()
    """Something is on the way; it counts with "sudah", "akan", "sedang", "belum" or "tidak" before it."""
    PROCESS = auto()
    """The purchase is worked on."""
    FAILURE = auto()
    """It failed, in so many words."""
    REJECTED = auto()
    """As FAILURE; "tidak ditolak" and "no error" say nothing, though."""
    UNDONE = auto()
    """It was taken back."""
    WAITING = auto()
    """It has no result yet, in so many words."""
    LOOK = auto()
    """Somebody should wait or look: no result yet where no plainer word stands in the message."""
    AWAITED = auto()
    """What a result is called: "belum ada jawaban" says that there is none."""
    KNOWN = auto()
    """What a result is: "tidak jelas" and "belum pasti" say that it is none."""
    AGAIN = auto()
    """It is tried once more, with "sedang" or "akan" before it."""


class Modifier(Enum):
    """What turns the meaning of a word behind it."""

    NOT = auto()
    NOT_YET = auto()
    ONGOING = auto()
    FUTURE = auto()
    MAYBE = auto()
    PERFECT = auto()


T = TypeVar("T")


def _by_word(rows: Iterable[tuple[T, str]]) -> Mapping[str, T]:
    return MappingProxyType({plain(word): meaning for meaning, words in rows for word in words.split()})


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text as `plain` writes them."""
    return frozenset(map(plain, text.split()))


SENSES = _by_word(
    (
        (
            Sense.SUCCESS,
            # SUKSES is the sheet's own word, BERHASIL Otomax's; English ones come through from aggregators.
            (
                "sukses suses sukse sukes suskes skses suksez berhasil berhasl brhasil brhsl berhsil"
                " success succes sucess sucsess successful successfull succesful succesfully successfully"
                " succeed succeeded suceeded"
            ),
        ),
        (
            Sense.DONE,
            # What delivery reports say; LUNAS and TERBAYAR for bills, TERKIRIM for data and vouchers.
            (
                "ok oke okay done terkirim terisi lunas terbayar selesai tuntas komplit beres ✅ ✔ ☑"
                " complete completed finish finished delivered sent paid settled approved processed"
            ),
        ),
        (
            Sense.MOVED,
            (
                "kirim dikirim dikirimkan pengiriman masuk sampai perjalanan diisi diisikan pengisian terima"
                " dibayar dibayarkan ditransfer dicairkan eksekusi dieksekusi dijalankan berjalan dilanjutkan"
                " diteruskan diselesaikan dikerjakan pengerjaan ditangani penanganan ditindaklanjuti diinput"
                " diusahakan diupayakan executed executing forwarded transferred"
            ),
        ),
        (
            Sense.PROCESS,
            (
                "proses diproses memproses pemrosesan terproses proes diproes prses diprses"
                " process diprocess proces diproces progres progress"
            ),
        ),
        (
            Sense.FAILURE,
            # GAGAL is the sheet's own word; GGL is how SMS gateways saved letters.
            (
                "gagal gagl ggl kegagalan digagalkan"
                " fail failed failure fails failing unsuccessful unsuccessfully unsuccess"
            ),
        ),
        (
            Sense.REJECTED,
            (
                "ditolak tolak tertolak penolakan menolak direject error eror err ❌ ✖ ✗ ✘ ⛔ 🚫"
                " reject rejected rejection decline declined denied refused abort aborted terminated"
            ),
        ),
        (
            Sense.UNDONE,
            # The money went back: Otomax says REFUND and DIBATALKAN, switching houses REVERSAL and VOID.
            (
                "batal dibatalkan dibatalin terbatalkan pembatalan batalkan membatalkan dicancel direfund"
                " pengembalian dikembalikan kembalikan mengembalikan direversal dirollback divoid retur"
                " diretur cancel canceled cancelled cancelation cancellation void voided refund refunded"
                " refunding reversed reversal rollback returned"
            ),
        ),
        (
            Sense.WAITING,
            # SUSPECT is a switching house's word for a result that nobody knows; GANTUNG a reseller's.
            (
                "pending panding pnding pendng dipending terpending menunggu menuggu mnunggu nunggu"
                " menanti antri antre antrian antrean mengantri mengantre ngantri diantrikan diantri"
                " gantung menggantung nyangkut tertunda ditunda penundaan tertahan ditahan dijadwalkan"
                " suspect ⏳ ⌛ 🔄 🕐 waiting awaiting queue queued queuing queueing ongoing onprocess"
                " onproses onprogress inprocess inprogress processing postponed hold onhold scheduled"
                " uncertain unconfirmed undetermined incomplete"
            ),
        ),
        (
            Sense.LOOK,
            # A biller that knows an order already ("double") may have bought it: no refusal by itself.
            (
                "tunggu ditunggu sabar bersabar cek dicek ngecek pengecekan periksa diperiksa pemeriksaan"
                " verifikasi diverifikasi dikonfirmasi ditelusuri diterima estimasi duplikat dobel ganda"
                " wait check checked checking review timeout rto delay delayed submit submitted accepted"
                " received requested created initiated initiating unknown eta double duplicate duplicated"
            ),
        ),
        (
            Sense.AWAITED,
            (
                "jawaban respon respons balasan hasil kepastian konfirmasi kabar laporan status"
                " answer response reply result confirmation report callback"
            ),
        ),
        (
            Sense.KNOWN,
            "pasti jelas diketahui dipastikan terkonfirmasi final known sure certain confirmed",
        ),
        (Sense.AGAIN, "dicoba diulang diulangi dialihkan reproses retry retrying resend"),
    )
)

MODIFIERS = _by_word(
    (
        (
            Modifier.NOT,
            (
                "tidak tdk tak ga gak gk nggak ngga enggak kagak ndak bukan tanpa anti bebas"
                " not no non never none cannot cant couldnt didnt doesnt dont isnt arent wasnt werent hasnt"
                " havent wont unable without"
            ),
        ),
        (Modifier.NOT_YET, "belum blm blum belom blom yet"),
        (
            Modifier.ONGOING,
            (
                "sedang sedng sdg sdang sdng masih msh dalam dlm lagi tengah baru sementara"
                " on in under still being currently"
            ),
        ),
        (Modifier.FUTURE, "akan bakal segera hendak mau nanti will would shall going"),
        (
            Modifier.MAYBE,
            "mungkin kemungkinan diduga sepertinya tampaknya maybe possibly probably might likely",
        ),
        (Modifier.PERFECT, "sudah sdh udah udh telah tlh habis has have had been already"),
    )
)

FILLERS = words_of(
    "dapat dpt bisa bs dengan dgn di ke yang yg ada pernah juga jadi sempat dinyatakan berstatus tentu"
    " pasti dipastikan diketahui kami kita sistem system server oleh untuk utk per be is was were are am"
    " able to can could boleh mampu jd a an the by any fully completely yet it we perlu bisa"
)
"""Words between "tidak" or "belum" and what they turn."""

HELPERS = words_of(
    "transaksi trx trans transaction tx pembelian pengisian isi pembayaran topup pesanan order orderan"
    " permintaan request payment purchase status sts stat stts ket keterangan hasil result respon"
    " response pesan msg message info anda your this ini itu maaf mohon-maaf sorry nya ulang kembali lagi"
    " saja dan atau or and operator supplier provider pusat biller jawaban konfirmasi dari from dr antar"
    " for beberapa saat saldo dana uang full"
)
"""Words that add nothing: a clause of these and of results only is the message's own verdict."""

MONEY_RETURNS = words_of("saldo dana uang deposit depo modal balance pulsa sal")
""""Kembali" is a failure behind these: elsewhere it is only "again"."""

POLICY = words_of(
    "maks maksimal max klaim claim komplain garansi ketentuan syarat policy kebijakan batas maximal"
)
"""Beside these, a refund is spoken of and none is made."""

DELIVERED_APART = words_of("sn struk bukti sms notif notifikasi email info")
"""What follows a success: "SN akan dikirim" leaves it one."""

CONDITIONS = words_of("jika jk bila apabila kalau kalo klo kl if when unless agar supaya biar semoga")
"""What stands behind these is no report."""

WISHES = words_of("salam semoga selalu terus")
"""SUKSES beside these is a greeting."""

NO_VALUES = frozenset({"false", "no", "tidak", "n", "0", "null", "none"})
"""Behind a colon these deny what stands before it."""


class FieldKind(Enum):
    """How far a labelled field's value goes, and so which words in it are not the message's own."""

    SERIAL = auto()
    """Up to the next label: an SN holds names, commas and full stops."""
    NAME = auto()
    """Up to the next label or the end of the clause."""
    CODE = auto()
    """One value."""
    STATEMENT = auto()
    """No value of its own: what follows is the message's word."""


FIELDS = _by_word(
    (
        (FieldKind.SERIAL, "sn serial token stroom strum voucher vsn pin"),
        (
            FieldKind.NAME,
            (
                "nama name nm nick nickname username ign pelanggan customer cust plgn penerima pemilik"
                " owner an merchant toko outlet akun account"
            ),
        ),
        (
            FieldKind.CODE,
            (
                "id idpel idplg idpelanggan no nomor nomer nopel nohp hp msisdn tujuan dest target tgt"
                " ref reff refid reffid refnum trxid kode code kd produk product prod item user userid"
                " server zona zone"
            ),
        ),
        (
            FieldKind.STATEMENT,
            (
                "saldo sal sld sisa bal balance harga hrg hg price biaya hpp modal deposit stok stock"
                " total tagihan admin komisi poin limit nominal qty kwh daya tarif tgl tanggal date jam"
                " time waktu status sts stts st stat ket keterangan pesan msg message info catatan note"
                " desc hasil result alasan reason rc respon response"
            ),
        ),
    )
)

ABBREVIATIONS = words_of(
    "pt cv ud pd tb hj h ny tn bpk bp ibu dr drs dra ir st moch moh muh m a n s rt rw jl no kel"
)
"""A full stop behind these ends nothing: they stand in names."""
