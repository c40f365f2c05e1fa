"""What the source itself promises, read from its syntax trees; an exception to a rule has its reason here."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("bot", "storage", "sandbox", "tools", "tests")
SOURCES = sorted(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py"))
OURS = [file for file in SOURCES if file.relative_to(ROOT).parts[0] in ("bot", "storage")]
BOT = [file for file in OURS if file.relative_to(ROOT).parts[0] == "bot"]

SQL = re.compile(
    r"\s*(?:(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|REPLACE|WITH|PRAGMA|ATTACH|DETACH)\s"
    r"|(?:VACUUM|ANALYZE|REINDEX|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b(?=\s|$))"
)
TRANSACTION = re.compile(r"(?:BEGIN(?: IMMEDIATE)?|COMMIT|ROLLBACK(?: TO part)?|(?:SAVEPOINT|RELEASE) part)")
MAY_CONTAIN_SQL = {
    "storage/connection.py": r"PRAGMA \w+(?:\([^)]*\)| = \w+)?",  # the set-up of connections
    "storage/checkpoint.py": r"PRAGMA wal_checkpoint\(PASSIVE\)",
    "storage/integrity.py": r"PRAGMA quick_check\(1\)",
    "storage/schema.py": r".*\bschema_version\b.*",  # runs before any other table exists
    "storage/postgres_schema.py": r".*\b(?:schema_version|server_identity)\b.*|SELECT pg_advisory\w+\(%s\)",
    # Asks what the server is, and notes it.
    "storage/postgres_server.py": r"SELECT (?:current_user|\w+\().*|.*server_identity.*",
    "storage/postgres_session.py": r"BEGIN ISOLATION LEVEL READ COMMITTED|SELECT x",  # numbers of locks
    # A few words around the names of tables and columns, and who else is there.
    "storage/migrate_database.py": (
        r"(?:SELECT|DELETE FROM|INSERT INTO) (?:[a-z_]+\(.*|(?:\*|1|name) FROM \w+.*|x\b.*)"
    ),
    "storage/backup.py": r"PRAGMA \w+(?:\([^)]*\)| = \w+)?|SELECT max\(version\) FROM schema_version",
}
"""By file: a pattern of the SQL that it may contain, besides the statements of a transaction."""

MAY_CATCH_ALL = {
    (
        "bot/features/deposits/mutations.py",
        "_process",
    ): "a post that cannot be booked must not stop the others",
    ("bot/biller/client.py", "buy"): "after the post any error means that the order may have been bought",
    (
        "bot/purchasing/submitter.py",
        "_post",
    ): "after the post any error means that the order may have been bought",
    (
        "bot/web/app.py",
        "__call__",
    ): "the caller gets a 503 and repeats the request",
    ("bot/leadership.py", "run"): "a process that gave up would never lead again",
    ("bot/desk/app.py", "__call__"): "a fault of one page must not show its inside to the caller",
    ("bot/worker.py", "_run_and_wait"): "an error must not stop a worker",
    ("bot/telegram/receiver.py", "_read"): "a malformed update must not stop the others",
    ("bot/telegram/receiver.py", "_process_one"): "an update that cannot be handled must not stop the others",
    ("bot/telegram/sender.py", "_send_text"): "every error of a send is classified",
    ("bot/telegram/sender.py", "_send_tables"): "every error of a send is classified",
    ("bot/telegram/sender.py", "_send_to_one"): "every error of a send is classified",
    ("bot/telegram/sender.py", "_edit_for_one"): "every error of a send is classified",
    ("bot/telegram/sender.py", "_answer"): "a callback query that is too old cannot be answered any more",
    ("bot/delivery/messenger.py", "_load"): "an error of our own code must not stop the chat queue",
    (
        "bot/catalogue/price_list/workbook.py",
        "_translated_errors",
    ): "a panic of the spreadsheet library is not an Exception",
    (
        "storage/database.py",
        "_commit_some",
    ): "the error is passed to the waiting callers, and the committer continues",
    (
        "storage/database.py",
        "_run_units",
    ): "runs the units again with savepoints, or rolls back and raises the error again",
    ("storage/sqlite.py", "_run_one"): "the error of one unit must not undo the others",
    ("storage/sqlite.py", "commit"): "rolls back, then raises the error again",
    ("storage/postgres.py", "take"): "gives the place of the connection back, then raises the error again",
    ("storage/postgres.py", "_open"): "closes the new connection, then raises the error again",
    ("storage/postgres_session.py", "open"): "closes the new connection, then raises the error again",
    ("storage/postgres_session.py", "connect"): "closes the new connection, then raises the error again",
    ("storage/postgres.py", "_read_long"): "the error is passed to the waiting caller",
    ("storage/postgres_session.py", "unit"): "a unit that fails beside others is run again, alone",
    ("storage/postgres.py", "_outcomes"): "the error is passed to the waiting caller",
    ("storage/postgres_tx.py", "_result"): "notes that the transaction is lost, then raises it again",
    ("storage/postgres_session.py", "_run"): "rolls back, then raises the error again",
    ("storage/postgres_session.py", "_commit"): "says that the outcome is unknown, or raises the error again",
    ("storage/postgres_session.py", "read"): "ends the connection, then raises the error again",
    ("storage/postgres_session.py", "in_greenlet"): "raises the error where it belongs, in the greenlet",
    ("storage/backup.py", "_restore"): "deletes the unfinished copy, then raises the error again",
    ("storage/migrate_database.py", "_new_file"): "deletes the unfinished copy, then raises the error again",
    ("storage/schema.py", "migrate"): "rolls back, then raises the error again",
}

CHANCE_AND_TIME = {"random", "secrets", "uuid", "time"}
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}
MAY_ASK_THE_CLOCK = {
    "bot/app/app.py": "provides the clock and the random numbers",
    "bot/__main__.py": "the command line names a backup after the time",
    "storage/connection.py": "a file has no clock of its own, and its statements may ask for the time",
    "bot/cli/check.py": "compares the clock of this machine with that of the database server",
}
MAY_PRINT = {
    "bot/__main__.py",
    *(f"bot/cli/{name}.py" for name in ("catalogue", "check", "commands", "database")),
}
MAY_OPEN_SECRETS = {
    "bot/settings/values.py",
    "bot/app/app.py",
    "bot/settings/settings.py",
    "bot/cli/check.py",
}


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def at(file: Path, node: ast.AST) -> str:
    return f"{name_of(file)}:{getattr(node, 'lineno', 1)}"


def found(files: list[Path], kind: type[ast.AST]) -> Iterator[tuple[Path, ast.AST]]:
    for file in files:
        yield from ((file, node) for node in ast.walk(tree(file)) if isinstance(node, kind))


def docstrings(file: Path) -> set[int]:
    """Return the nodes that are docstrings, or strings that explain a constant."""
    return {id(node.value) for node in ast.walk(tree(file)) if isinstance(node, ast.Expr)}


def sql_texts(file: Path) -> Iterator[tuple[ast.AST, str]]:
    """Return each string of code that begins like a statement; of an f-string, with `{}` for its holes."""
    skipped = docstrings(file)
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
            skipped |= {id(part) for part in node.values}
            text = "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            text = node.value
        else:
            continue
        if SQL.match(text):
            yield node, text


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def takes_a_transaction(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    given = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return any(
        arg.annotation is not None and ast.unparse(arg.annotation).strip("'\"") == "Tx" for arg in given
    )


def inner(function: ast.AST) -> Iterator[ast.AST]:
    """Go through a function, but not through those it makes."""
    for node in ast.iter_child_nodes(function):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield node
            yield from inner(node)


def test_there_is_something_to_read() -> None:
    assert len(OURS) > 40
    assert sum(takes_a_transaction(function) for file in OURS for function in functions(file)) > 60


def test_sql_stands_in_queries_and_in_migrations_alone() -> None:
    stray = [
        f"{at(file, node)}: {text}"
        for file in OURS
        for node, text in sql_texts(file)
        if not (name_of(file).startswith("storage/") and TRANSACTION.fullmatch(text))
        if not re.fullmatch(MAY_CONTAIN_SQL.get(name_of(file), "nothing"), text.replace("{}", "x"))
    ]
    assert stray == []


def test_no_statement_is_put_together_at_run_time() -> None:
    put_together = [
        (name_of(file), ast.unparse(node))
        for file in OURS
        for node, _ in sql_texts(file)
        if isinstance(node, ast.JoinedStr)
    ]
    # The names and values of pragmas are constants a few lines above; SQLite takes no parameters there.
    assert set(put_together) <= {
        ("storage/connection.py", "f'PRAGMA {pragma}'"),
        # The words are numbers, which the protocol of several statements takes in no other way.
        ("storage/postgres_session.py", "f'SELECT {words}'"),
    }


def test_only_storage_carries_out_statements() -> None:
    callers = {
        name_of(file)
        for file, call in found(OURS, ast.Call)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in ("execute", "executemany", "executescript")
    }
    sqlite = {"connection", "schema", "sqlite", "backup", "integrity", "checkpoint"}
    speaking = sqlite | {
        "postgres",
        "postgres_schema",
        "postgres_server",
        "postgres_session",
        "postgres_tx",
        "postgres_notify",
        "migrate_database",
    }
    assert callers <= {f"storage/{name}.py" for name in speaking}


MAY_READ_ON = {
    ("storage/ledger.py", "statement_in_order"): "a year is gathered a few rows at a time, inside the unit",
    (
        "storage/order_queries.py",
        "placed_within",
    ): "a month is gathered a few rows at a time, inside the unit",
    (
        "bot/features/history/reports.py",
        "_rows_for_admins",
    ): "makes the rows of a file as they are gathered",
}


def test_no_await_can_stand_inside_a_unit_of_work() -> None:
    waiting = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith, ast.Yield, ast.YieldFrom)
    stray = [
        at(file, node)
        for file in OURS
        for function in functions(file)
        if takes_a_transaction(function) and (name_of(file), function.name) not in MAY_READ_ON
        for node in (function, *inner(function))
        if isinstance(node, waiting)
    ]
    assert stray == []


def broad_handlers(file: Path) -> Iterator[tuple[str, ast.ExceptHandler]]:
    for function in functions(file):
        for node in inner(function):
            if isinstance(node, ast.ExceptHandler):
                kinds = {name.id for name in ast.walk(node.type or node) if isinstance(name, ast.Name)}
                if node.type is None or kinds & {"Exception", "BaseException"}:
                    yield function.name, node


def test_all_is_caught_only_where_there_is_a_reason() -> None:
    catching = {(name_of(file), function) for file in OURS for function, _ in broad_handlers(file)}
    assert catching - MAY_CATCH_ALL.keys() == set()
    assert MAY_CATCH_ALL.keys() - catching == set(), "these do not need an exception to the rule any more"


def test_what_is_caught_whole_with_its_cancellation_is_raised_again() -> None:
    for file in OURS:
        for _, handler in broad_handlers(file):
            if handler.type is None or "BaseException" in ast.unparse(handler.type):
                assert isinstance(handler.body[-1], ast.Raise), at(file, handler)


def test_only_the_command_line_prints() -> None:
    printing = {
        name_of(file)
        for file, node in found(OURS, ast.Name)
        if isinstance(node, ast.Name) and node.id in ("print", "pprint", "breakpoint", "input")
    }
    assert printing <= MAY_PRINT


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def test_time_and_chance_come_in_as_arguments() -> None:
    """What a clock or a die decides inside could not be played again by the simulation."""
    bound = [file for file in OURS if name_of(file) not in MAY_ASK_THE_CLOCK]
    assert [name_of(file) for file in bound if CHANCE_AND_TIME & set(imported(file))] == []
    asked = [
        at(file, node)
        for file, node in found(bound, ast.Attribute)
        if isinstance(node, ast.Attribute) and (ast.unparse(node.value).split(".")[-1], node.attr) in CLOCKS
    ]
    assert asked == []


def test_secrets_are_opened_only_where_they_are_handed_on() -> None:
    opening = {
        name_of(file)
        for file, node in found(OURS, ast.Attribute)
        if isinstance(node, ast.Attribute) and node.attr == "get_secret_value"
    }
    assert opening <= MAY_OPEN_SECRETS


def test_nothing_near_a_purchase_retries() -> None:
    retries = [
        (name_of(file), ast.unparse(keyword.value))
        for file, call in found(BOT, ast.Call)
        if isinstance(call, ast.Call)
        for keyword in call.keywords
        if keyword.arg in ("retries", "max_retries", "retry", "follow_redirects")
    ]
    assert {value for _, value in retries} <= {"0", "False"}
    libraries = {name for file in OURS for name in imported(file)}
    assert libraries & {"tenacity", "backoff", "retry", "stamina", "retrying", "urllib3", "requests"} == set()


def test_what_tries_again_by_itself_is_kept_away_from_the_biller() -> None:
    """A client like aiohttp repeats what it takes for harmless: no such judge stands by a purchase."""
    of_the_biller = {name for file in BOT if file.parent.name == "biller" for name in imported(file)}
    assert "httpx" in of_the_biller
    assert of_the_biller & {"aiohttp", "telegram"} == set()


def test_only_the_biller_client_posts_and_only_the_submitter_lets_it() -> None:
    callers = {
        name_of(file)
        for file, call in found(BOT, ast.Call)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "buy"
    }
    assert callers == {"bot/purchasing/submitter.py", "bot/metrics.py"}  # the latter counts what it passes on


def test_every_module_states_its_promise() -> None:
    for file in SOURCES:
        if file.name != "__init__.py":
            promise = ast.get_docstring(tree(file))
            assert promise, name_of(file)
            assert promise.splitlines()[0].endswith((".", ":", "?", "!")), name_of(file)


def waivers(file: Path) -> Iterator[str]:
    """Return the comments that let something pass that a tool would find."""
    for token in tokenize.generate_tokens(io.StringIO(file.read_text(encoding="utf-8")).readline):
        if token.type == tokenize.COMMENT and re.match(r"#\s*(?:noqa|type:\s*ignore|pragma)", token.string):
            yield token.string


def test_every_waiver_names_its_rule_and_its_reason() -> None:
    reason = r"\s*(?:-|#)\s*\S.{3,}"
    rules = r"(?:noqa:\s*[A-Z]+[0-9]+(?:,\s*[A-Z]+[0-9]+)*|type:\s*ignore\[[\w, -]+\])"
    bare = [
        f"{name_of(file)}: {waiver}"
        for file in SOURCES
        for waiver in waivers(file)
        if not re.match(rf"#\s*{rules}{reason}", waiver)
        # Types that a test twists on purpose explain themselves; the rule is still named.
        if not (
            name_of(file).startswith("tests/") and re.fullmatch(r"#\s*type:\s*ignore\[[\w, -]+\]", waiver)
        )
    ]
    assert bare == []
