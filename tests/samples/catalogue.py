"""A notice of each kind about price lists, the catalogue and single products."""

from msgspec.structs import replace

from bot.catalogue.diff import ChangeKind
from bot.catalogue.price_list.cells import CellError
from bot.catalogue.price_list.columns import Column, MappedColumn
from bot.catalogue.price_list.row import CellProblem
from bot.catalogue.price_list.sheets import FileError
from bot.catalogue.product import DestinationRule
from bot.notices import Notice
from bot.notices import catalogue as of_catalogue
from bot.notices import price_list as say
from tests.samples.facts import AT_MS

COUNTS = tuple(of_catalogue.ChangeCount(kind=kind, count=count) for count, kind in enumerate(ChangeKind, 1))
EXAMPLES = tuple(
    say.ChangeExample(kind=kind, code="s5", name="Simpati 5.000", before_idr=before, after_idr=after)
    for kind, before, after in (
        (ChangeKind.ADDED, None, 5_900),
        (ChangeKind.ADDED, None, None),
        (ChangeKind.PRICE_UP, 5_900, 6_000),
        (ChangeKind.PRICE_DOWN, 6_000, 5_900),
        (ChangeKind.PRICE_GIVEN, None, 5_900),
        (ChangeKind.PRICE_TAKEN, 5_900, None),
        (ChangeKind.OPENED, 5_900, 5_900),
        (ChangeKind.CLOSED, 5_900, 5_900),
        (ChangeKind.LEVEL_PRICES, 5_900, 5_900),
        (ChangeKind.COST, None, 5_900),
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
TWICE = CellProblem(
    row=2,
    column=Column.CODE,
    reason=CellError.CODE_TWICE,
    code="S5",
    shown="INDOSAT 3",
    sheet="TELKOMSEL",
    title="KODE",
    detail="5.250 ≠ 5.150",
)


def named(*titles: str) -> tuple[say.FileText, ...]:
    return tuple(say.FileText(title=title) for title in titles)


READING = say.ReadingReport(
    columns=(
        MappedColumn(title="KODE", column=Column.CODE),
        MappedColumn(title="PRODUK", column=Column.NAME),
        MappedColumn(title="HRG", column=Column.PRICE),
    ),
    unused=(),
    unused_count=0,
    sheets=(),
    sheets_left=(),
    note_rows=(),
    note_count=0,
)
PREVIEW = say.ImportPreview(
    import_id=7,
    file_name="harga november.xlsx",
    reading=READING,
    listed_count=4_812,
    omitted_count=0,
    old_count=4_800,
    counts=COUNTS[:1] + COUNTS[2:],
    examples=EXAMPLES[:7],
    removed_count=0,
    removed=(),
    below_cost=(),
    below_cost_count=0,
    emptied_count=0,
    unpriced_count=0,
    has_price=True,
    is_price_sure=True,
    price=None,
    choices=(),
    rules=(
        say.RuleCount(rule=DestinationRule.PHONE, count=4_700),
        say.RuleCount(rule=DestinationRule.METER, count=112),
    ),
    problems=(),
    problem_count=0,
    stricter=(),
    has_changes=True,
    renewed=False,
)
FAULTY = replace(
    PREVIEW,
    counts=COUNTS[:1] + COUNTS[2:3],
    examples=EXAMPLES[7:],
    listed_count=4_700,
    omitted_count=112,
    problems=PROBLEMS[:7],
    problem_count=115,
    stricter=("ML86", "ML172"),
    below_cost=("s5", "s10"),
    below_cost_count=12,
    renewed=True,
)
MANY_SHEETS = replace(
    PREVIEW,
    reading=replace(
        READING,
        unused=named("Harga H2H", "Stok"),
        unused_count=4,
        level_hint="h2h",
        sheets=named("TELKOMSEL", "INDOSAT"),
        sheets_left=named("Sampul"),
        note_rows=named("13", "INDOSAT 20"),
        note_count=3,
    ),
    counts=COUNTS[:1],
    examples=(),
    removed_count=8,
    removed=("s20", "s25", "s50"),
    problems=(TWICE,),
    problem_count=1,
    omitted_count=1,
    choices=(
        say.PriceChoice(option=1, title="Harga H2H", code="s5", price_idr=5_100),
        say.PriceChoice(option=2, title="Harga Agen", code="s5", price_idr=5_200),
    ),
)
QUESTION = say.ReplaceQuestion(
    import_id=7,
    file_name="harga november.xlsx",
    old_count=12,
    removed_count=8,
    removed=("s20", "s25", "s50"),
    price=None,
)
CHANGED = of_catalogue.CatalogueChanged(
    version=7,
    product_count=4_812,
    counts=COUNTS,
    omitted_count=0,
    file_name="harga.xlsx",
    name="Rina",
    at_ms=AT_MS,
)
PAST = of_catalogue.PastChange(
    version=7,
    at_ms=AT_MS,
    name="Rina",
    source="harga.xlsx",
    counts=tuple(
        of_catalogue.PastChangeCount(kind=kind, count=n, code="s5") for n, kind in enumerate(ChangeKind, 1)
    ),
)

OF_LISTS: tuple[say.PriceListNotice, ...] = (
    say.ImportReceived(file_name="harga.xlsx"),
    PREVIEW,
    FAULTY,
    replace(FAULTY, problems=PROBLEMS[7:], counts=()),
    MANY_SHEETS,
    replace(PREVIEW, counts=(), examples=()),
    replace(PREVIEW, counts=(), examples=(), has_changes=False),
    replace(PREVIEW, counts=(), examples=(), has_changes=False, removed_count=2, removed=("s20", "s25")),
    replace(MANY_SHEETS, is_price_sure=False),
    replace(PREVIEW, has_price=False, counts=COUNTS[:1], old_count=0),
    replace(PREVIEW, has_price=False, counts=COUNTS[:1]),
    replace(PREVIEW, emptied_count=1, counts=COUNTS[5:6]),
    replace(PREVIEW, unpriced_count=3, counts=COUNTS[:1]),
    QUESTION,
    *(say.ImportRefused(file_name="harga.xlsx", fault=fault, detail="") for fault in FileError),
    say.ImportRefused(file_name="harga.xlsx", fault=FileError.NO_CODE, detail="Produk | Harga"),
    *(say.ImportEnded(file_name="harga.xlsx", end=end) for end in say.ImportEndReason),
)
OF_THE_CATALOGUE: tuple[of_catalogue.CatalogueNotice, ...] = (
    CHANGED,
    replace(CHANGED, omitted_count=112),
    of_catalogue.CatalogueEmpty(),
    of_catalogue.CatalogueHistory(rows=()),
    of_catalogue.CatalogueHistory(rows=(PAST, replace(PAST, counts=PAST.counts[:1]))),
    of_catalogue.CatalogueHistory(rows=(replace(PAST, name="", source="harga.csv"),)),
)
OF_PRODUCTS: tuple[of_catalogue.CatalogueNotice, ...] = (
    *(
        of_catalogue.ProductSwitched(code="s5", name="Simpati 5.000", is_open=is_open, fresh=fresh)
        for is_open in (True, False)
        for fresh in (True, False)
    ),
    *(
        of_catalogue.ProductsSwitched(is_open=is_open, codes=("s5", "S10"), already=already, unknown=unknown)
        for is_open in (True, False)
        for already, unknown in (((), ()), (("s20",), ("zz", "s99")))
    ),
    of_catalogue.ProductUnknown(typed="s6", similar=("s5", "s10")),
    of_catalogue.ProductUnknown(typed="zz", similar=()),
    of_catalogue.ProductUnknown(typed="", similar=()),
    of_catalogue.ProductFailing(code="s5", name="Simpati 5.000", reason="Produk tidak Aktif", at_ms=AT_MS),
    of_catalogue.ProductFailing(code="s5", name="Simpati 5.000", reason="", at_ms=AT_MS),
    *(
        of_catalogue.ProductClosedByFailures(
            code="s5",
            name="Simpati 5.000",
            failure_count=5,
            reason=reason,
            probe_at_ms=AT_MS + 900_000,
            at_ms=AT_MS,
        )
        for reason in ("Produk sedang gangguan", "")
    ),
    *(
        of_catalogue.ProductWorksAgain(
            code="s5", name="Simpati 5.000", closed_at_ms=AT_MS - 900_000, at_ms=AT_MS, admin_name=name
        )
        for name in ("", "Rina")
    ),
    of_catalogue.ProductKeptClosed(code="s5", name="Simpati 5.000", admin_name="Rina", at_ms=AT_MS),
)
TO_ADMINS: tuple[Notice, ...] = (*OF_LISTS, *OF_THE_CATALOGUE, *OF_PRODUCTS)
