"""A notice of each kind about the price list."""

from msgspec.structs import replace

from bot.catalogue.diff import ChangeKind
from bot.catalogue.price_list.cells import CellError
from bot.catalogue.price_list.columns import Column
from bot.catalogue.price_list.grid import FileError
from bot.catalogue.price_list.row import CellProblem
from bot.catalogue.product import DestinationRule
from bot.notices import price_list as say
from tests.samples.facts import AT_MS

COUNTS = tuple(say.ChangeCount(kind=kind, count=count) for count, kind in enumerate(ChangeKind, 1))
EXAMPLES = tuple(
    say.ChangeExample(kind=kind, code="s5", name="Simpati 5.000", before_idr=before, after_idr=after)
    for kind, before, after in (
        (ChangeKind.ADDED, None, 5_900),
        (ChangeKind.ADDED, None, None),
        (ChangeKind.REMOVED, 5_900, None),
        (ChangeKind.PRICE_UP, 5_900, 6_000),
        (ChangeKind.PRICE_DOWN, 6_000, 5_900),
        (ChangeKind.PRICE_GIVEN, None, 5_900),
        (ChangeKind.PRICE_TAKEN, 5_900, None),
        (ChangeKind.OPENED, 5_900, 5_900),
        (ChangeKind.CLOSED, 5_900, 5_900),
        (ChangeKind.OTHERWISE, 5_900, 5_900),
    )
)
PROBLEMS = (
    *(
        CellProblem(row=row, column=Column.PRICE, reason=reason, code="s5", shown="mahal")
        for row, reason in enumerate(CellError, 2)
    ),
    CellProblem(row=30, column=Column.NAME, reason=CellError.MISSING, code="s5", shown=""),
)
PREVIEW = say.ImportPreview(
    import_id=7,
    file_name="harga november.xlsx",
    product_count=4_812,
    sound_count=4_812,
    omitted_count=0,
    counts=COUNTS,
    examples=EXAMPLES[:7],
    rules=(
        say.RuleCount(rule=DestinationRule.PHONE, count=4_700),
        say.RuleCount(rule=DestinationRule.METER, count=112),
    ),
    problems=(),
    problem_count=0,
    unused=(),
    stricter=(),
    has_changes=True,
    renewed=False,
)
FAULTY = replace(
    PREVIEW,
    counts=COUNTS[:3],
    examples=EXAMPLES[8:],
    sound_count=4_700,
    omitted_count=112,
    problems=PROBLEMS[:7],
    problem_count=115,
    unused=("stok", "modal"),
    stricter=("ML86", "ML172"),
    renewed=True,
)
CHANGED = say.CatalogueChanged(
    version=7,
    product_count=4_812,
    counts=COUNTS,
    omitted_count=0,
    file_name="harga.xlsx",
    name="Rina",
    at_ms=AT_MS,
)
PAST = say.PastChange(
    version=7,
    at_ms=AT_MS,
    name="Rina",
    source="harga.xlsx",
    counts=tuple(say.PastChangeCount(kind=kind, count=n, code="s5") for n, kind in enumerate(ChangeKind, 1)),
)

TO_ADMINS: tuple[say.PriceListNotice, ...] = (
    say.ImportReceived(file_name="harga.xlsx"),
    PREVIEW,
    FAULTY,
    replace(FAULTY, problems=PROBLEMS[7:], counts=()),
    replace(PREVIEW, counts=(), examples=()),
    replace(PREVIEW, counts=(), examples=(), has_changes=False),
    *(say.ImportRefused(file_name="harga.xlsx", fault=fault, detail="") for fault in FileError),
    say.ImportRefused(file_name="harga.xlsx", fault=FileError.COLUMN_TWICE, detail="Harga Jual"),
    *(say.ImportEnded(file_name="harga.xlsx", end=end) for end in say.ImportEndReason),
    CHANGED,
    replace(CHANGED, omitted_count=112),
    say.CatalogueEmpty(),
    say.CatalogueHistory(rows=()),
    say.CatalogueHistory(rows=(PAST, replace(PAST, counts=PAST.counts[:1]))),
    say.CatalogueHistory(rows=(replace(PAST, name="", source="harga.csv"),)),
    *(
        say.ProductSwitched(code="s5", name="Simpati 5.000", is_open=is_open, fresh=fresh)
        for is_open in (True, False)
        for fresh in (True, False)
    ),
    *(
        say.ProductsSwitched(is_open=is_open, codes=("s5", "S10"), already=already, unknown=unknown)
        for is_open in (True, False)
        for already, unknown in (((), ()), (("s20",), ("zz", "s99")))
    ),
    say.ProductUnknown(typed="s6", similar=("s5", "s10")),
    say.ProductUnknown(typed="zz", similar=()),
    say.ProductFailing(code="s5", name="Simpati 5.000", reason="Produk tidak Aktif", at_ms=AT_MS),
    say.ProductFailing(code="s5", name="Simpati 5.000", reason="", at_ms=AT_MS),
    say.ProductUnknown(typed="", similar=()),
)
