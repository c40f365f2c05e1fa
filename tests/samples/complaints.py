"""A notice of each kind about complaints."""

from bot.notices import complaints as say
from bot.notices.complaints import ComplaintStage
from bot.orders.model import State
from tests.samples.facts import ABOUT, AT_MS, TOKEN_SN

TO_RESELLERS: tuple[say.ComplaintsNotice, ...] = (
    say.ComplaintUpdate(**ABOUT, stage=ComplaintStage.OPEN),
    say.ComplaintUpdate(**ABOUT, stage=ComplaintStage.CHECKING),
    say.ComplaintUpdate(
        **ABOUT, stage=ComplaintStage.ANSWERED, answer="Sudah masuk, coba cek lagi", sn=TOKEN_SN
    ),
    say.ComplaintUpdate(**ABOUT, stage=ComplaintStage.ANSWERED, sn=TOKEN_SN),
    say.ComplaintUpdate(**ABOUT, stage=ComplaintStage.ANSWERED),
    say.ComplaintHelp(typed="0812"),
    say.ComplaintHelp(typed=""),
    say.TooManyComplaints(count=10),
)
TO_ADMINS: tuple[say.ComplaintsNotice, ...] = (
    *(
        say.ComplaintCard(
            **ABOUT,
            stage=stage,
            state=state,
            user_id=7001,
            name="Budi",
            note=note,
            placed_at_ms=AT_MS,
            sn=TOKEN_SN if state is State.SUCCEEDED else None,
            reason="Produk tidak tersedia" if state is State.FAILED else None,
            biller_ref="21160325359742",
            raw="Transaksi s5.081234567890 GAGAL, Saldo: Rp1.234.567" if state is State.FAILED else "",
        )
        for stage, note in ((ComplaintStage.OPEN, "belum masuk"), (ComplaintStage.CHECKING, ""))
        for state in (State.SUCCEEDED, State.PENDING, State.FAILED)
    ),
    *(
        say.ComplaintCard(
            **ABOUT,
            stage=ComplaintStage.OPEN,
            state=State.SUCCEEDED,
            user_id=7001,
            name="Budi",
            note="",
            placed_at_ms=AT_MS,
            sn=None,
            reason=None,
            biller_ref=None,
            raw=f"SUKSES {TOKEN_SN}",
            sn_candidate=candidate,
        )
        for candidate in (TOKEN_SN, "")
    ),
    say.ComplaintClosed(**ABOUT, answer="Sudah masuk", admin_name="Ani"),
    say.ComplaintClosed(**ABOUT, answer=None, admin_name=""),
    say.NoComplaints(),
)
