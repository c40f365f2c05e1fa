"""A notice of each kind about complaints."""

from bot.notices import complaints as say
from bot.notices.complaints import Stage
from bot.orders.model import State
from tests.samples.facts import ABOUT, AT_MS, TOKEN_SN

TO_RESELLERS: tuple[say.ComplaintsNotice, ...] = (
    say.ComplaintTold(**ABOUT, stage=Stage.OPEN),
    say.ComplaintTold(**ABOUT, stage=Stage.CHECKING),
    say.ComplaintTold(**ABOUT, stage=Stage.ANSWERED, answer="Sudah masuk, coba cek lagi", sn=TOKEN_SN),
    say.ComplaintTold(**ABOUT, stage=Stage.ANSWERED, sn=TOKEN_SN),
    say.ComplaintTold(**ABOUT, stage=Stage.ANSWERED),
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
        )
        for stage, note in ((Stage.OPEN, "belum masuk"), (Stage.CHECKING, ""))
        for state in (State.SUCCEEDED, State.PENDING, State.FAILED)
    ),
    say.ComplaintClosed(**ABOUT, answer="Sudah masuk", admin_name="Ani"),
    say.ComplaintClosed(**ABOUT, answer=None, admin_name=""),
    say.NoComplaints(),
)
