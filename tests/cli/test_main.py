"""The front door: what it says to strangers, and how it answers for whatever goes wrong."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from tests.cli.conftest import Run, command, environment, process
from tests.waiting import PATIENCE

from digitlens.cli import main
from digitlens.cli.main import COMMANDS, cli

WITHOUT = ("numpy", "rich", "PIL", "platformdirs", "safetensors")


def test_alone_it_says_in_ten_lines_what_to_do_first(digitlens: Run) -> None:
    answer = digitlens()
    assert answer.code == 0
    assert len(answer.out.splitlines()) == 10
    assert all(f"digitlens {name}" in answer.out for name in ("read", "explain", "train", "evaluate", "data"))
    assert max(map(len, answer.out.splitlines())) <= 80


def test_the_front_door_imports_no_command_and_nothing_heavy() -> None:
    code = (
        "import sys; from digitlens.cli import main\n"
        "for arguments in ([], ['--help'], ['-h'], ['--version'], ['raed']): main._run(arguments)\n"
        f"heavy = [n for n in sys.modules if n.split('.')[0] in {WITHOUT} or n in {COMMANDS_ROOMS}]\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=PATIENCE)


COMMANDS_ROOMS = tuple(f"digitlens.cli.{name}" for name in COMMANDS)


def test_help_lists_every_command_and_every_command_has_a_file(digitlens: Run) -> None:
    answer = digitlens("--help")
    assert answer.code == 0
    for name in COMMANDS:
        assert f"\n  {name} " in answer.out
        assert Path(main.__file__).with_name(f"{name}.py").exists(), name


def test_the_package_itself_can_be_run() -> None:
    answer = process("--version")  # python -m digitlens
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("digitlens ")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_commands_help_mentions_every_option_and_says_what_each_does(digitlens: Run, name: str) -> None:
    answer = digitlens(name, "--help")
    assert answer.code == 0
    assert answer.err == ""
    told = " ".join(answer.out.split())
    group = cli.get_command(click.Context(cli), name)
    assert group is not None
    nested = (
        [group.commands[n] for n in group.list_commands(click.Context(group))] if isinstance(group, click.Group) else []
    )
    for parameter in group.params:
        if isinstance(parameter, click.Option):
            assert parameter.opts[0] in told
            assert parameter.help, parameter.opts
            assert " ".join(parameter.help.split())[:30] in told
    assert all(each.name in told for each in nested if each.name)
    assert max(map(len, answer.out.splitlines())) <= 80


def test_the_version_is_told(digitlens: Run) -> None:
    from importlib.metadata import version

    assert digitlens("--version").out == f"digitlens {version('digitlens')}\n"


INTERRUPTED = """
from digitlens.cli import main as command_line

class Field:
    def __set_name__(self, owner, name):
        raise KeyboardInterrupt  # as Ctrl-C while a class is made

def import_a_command(*arguments, **options):
    type("Made", (), {"field": Field()})

command_line.cli.main = import_a_command
command_line.main([])
"""


def test_ctrl_c_while_a_class_is_made_is_ctrl_c() -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Interrupted.\n")


@pytest.mark.parametrize(
    ("typed", "meant"), [("raed", "read"), ("explian", "explain"), ("eval", "evaluate"), ("TRAIN", "train")]
)
def test_a_mistyped_command_is_answered_with_the_one_that_was_meant(digitlens: Run, typed: str, meant: str) -> None:
    answer = digitlens(typed)
    assert (answer.code, answer.out) == (2, "")
    assert f"there is no command '{typed}'; did you mean `digitlens {meant}`?" in answer.err


def test_a_command_that_resembles_none_is_answered_with_all_there_are(digitlens: Run) -> None:
    answer = digitlens("xyzzy")
    assert answer.code == 2
    assert f"there are {', '.join(COMMANDS)}" in answer.err


def test_an_unknown_option_is_wrong_use(digitlens: Run) -> None:
    assert digitlens("--verbos").code == 2
    assert digitlens("read", "--exmaples").code == 2


def test_what_the_user_typed_never_reaches_the_terminal_raw(digitlens: Run) -> None:
    for arguments in (("\x1b[2J",), ("--\x1b[2J",), ("read", "\x1b[2J.png"), ("read", "--network", "\x1b[2J", "x")):
        answer = digitlens(*arguments)
        assert answer.code in (1, 2)
        assert "\x1b" not in answer.out + answer.err
        assert "x1b[2J" in answer.err


@pytest.mark.skipif(os.name == "nt", reason="needs a shell's pipes; not checked here: output closed early")
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_output_that_is_closed_early_is_no_failure(pictures: Path, options: tuple[str, ...]) -> None:
    many = [str(pictures)] * (30 if options else 300)  # more than a pipe holds
    with subprocess.Popen(command("read", *options, *many), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        try:
            running.stdout.readline()
            running.stdout.close()
            assert running.stderr.read() == b""
            assert running.wait(PATIENCE) == 0
        finally:
            running.kill()


@pytest.mark.skipif(os.name == "nt", reason="needs descriptors closed by a shell; not checked here: no stdout at all")
def test_without_any_output_it_still_answers_by_its_exit_code(pictures: Path) -> None:
    for options in ("", "--json"):
        line = f'{sys.executable} -m digitlens read {options} "{pictures / "7.png"}" >&-'
        done = subprocess.run(line, shell=True, capture_output=True, timeout=PATIENCE, check=False)
        assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here; not checked: output on a full disk")
@pytest.mark.parametrize("arguments", [("read", "{}"), ("read", "--json", "{}"), ()])
def test_a_full_disk_under_the_output_is_one_clear_error(pictures: Path, arguments: tuple[str, ...]) -> None:
    given = [each.format(pictures / "7.png") for each in arguments]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command(*given), stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert done.stderr.decode().startswith("Error: the output cannot be written: No space left on device")
    assert b"Traceback" not in done.stderr


ASCII = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}


@pytest.mark.parametrize("more", [(), ("--layer", "1"), ("--target", "3"), ("--json",)])
def test_a_terminal_without_unicode_gets_plain_letters(pictures: Path, more: tuple[str, ...]) -> None:
    answer = process("explain", pictures / "7.png", *more, **ASCII)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.isascii()
    assert "\\x" not in answer.out
    assert more == ("--json",) or "\\u" not in answer.out


def test_columns_stand_beneath_their_headings_without_unicode_too(pictures: Path) -> None:
    lines = process("explain", pictures / "7.png", "--target", "3", **ASCII).out.splitlines()
    start = next(i for i, line in enumerate(lines) if "sigma'(z)" in line)
    for heading, before in (("sigma'(z)", " ="), ("dC/dz", "   ")):
        end = lines[start].index(heading) + len(heading)
        assert all(line[end:].startswith(before) for line in lines[start + 1 : start + 11])


def test_every_help_is_readable_without_unicode() -> None:
    for name in ("read", "explain", "train", "evaluate"):
        answer = process(name, "--help", **ASCII)
        assert (answer.code, answer.out.isascii(), "\\x" in answer.out) == (0, True, False)


LIMITED = """
import resource, sys
resource.setrlimit(getattr(resource, sys.argv[1]), (int(sys.argv[2]),) * 2)
from digitlens.cli.main import main
main(sys.argv[3:])
"""


@pytest.mark.skipif(os.name == "nt", reason="limits of a process are for POSIX; not checked: what is said at them")
@pytest.mark.parametrize("files", [6, 10, 20])
def test_with_few_open_files_there_is_an_answer_or_one_clear_error(files: int) -> None:
    arguments = ["RLIMIT_NOFILE", str(files), "read", "--examples", "--page", "--jobs", "2", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    if "digitlens" in done.stderr or done.returncode == 0:  # with too few even Python's own imports fail
        assert "Traceback" not in done.stderr or "import" in done.stderr
    assert done.returncode in (0, 1)
    assert done.returncode == 0 or done.stderr


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "not enough memory"),
        (OSError(24, "Too many open files"), "ulimit"),
        (OSError(11, "Resource temporarily unavailable"), "ulimit"),
        (RuntimeError("can't start new thread"), "no further thread"),
        (ImportError("libx.so: failed to map segment from shared object"), "not enough memory"),
    ],
)
def test_what_the_system_refuses_is_said_in_words(
    error: Exception, said: str, digitlens: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("digitlens.storage.shipped.open_reader", refused)
    answer = digitlens("read", "--examples")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith("Error: ")
    assert said in answer.err


@pytest.mark.parametrize("error", [RuntimeError("ours"), ImportError("ours"), OSError(2, "ours")])
def test_our_own_mistakes_are_not_hidden(error: Exception, digitlens: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def mistaken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("digitlens.storage.shipped.open_reader", mistaken)
    with pytest.raises(type(error)):
        digitlens("read", "--examples")


def test_help_says_as_much_without_docstrings() -> None:
    all_of_it = [[], *([name] for name in COMMANDS)]
    code = f"from digitlens.cli.main import _run\nfor name in {all_of_it}: _run([*name, '--help'])"
    with_them, without = (
        subprocess.run(
            [sys.executable, *options, "-c", code],
            capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE, check=True,
            env=environment(COLUMNS="80"),
        ).stdout
        for options in ([], ["-OO"])
    )  # fmt: skip
    assert "Usage: digitlens export" in with_them
    assert without == with_them


def test_without_a_home_folder_everything_but_the_cache_works(pictures: Path) -> None:
    nowhere = {"HOME": None, "XDG_CACHE_HOME": None, "USERPROFILE": None, "DIGITLENS_DATA": None}
    assert process("read", pictures / "7.png", **nowhere).code == 0
    answer = process("evaluate", "--offline", **nowhere, **ASCII)
    assert answer.code == 1
    assert answer.err.startswith("Error: ")
    assert "--data" in answer.err


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal; not checked here: colours and widths")
@pytest.mark.parametrize(
    ("variables", "coloured", "columns"),
    [
        ({"TERM": "xterm-256color"}, True, 80),
        ({"TERM": "xterm-256color"}, True, 140),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False, 100),
        ({"TERM": "dumb"}, False, 80),
    ],
)
def test_what_a_terminal_shows_fits_it_and_honours_its_wishes(
    pictures: Path, variables: dict[str, str], coloured: bool, columns: int
) -> None:
    from rich.cells import cell_len

    shown = _on_a_terminal(columns, variables, "explain", str(pictures / "7.png"), "--layer", "1")
    assert ("\x1b[38;" in shown) == coloured
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown).replace("\r", "")
    assert ("▀" in plain) == coloured
    assert max(map(cell_len, plain.splitlines())) <= columns
    assert plain.count("weight × input") == 1


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal; not checked here: colours and widths")
def test_without_colours_weights_are_letters_and_the_line_above_them_says_which() -> None:
    for wishes, key in (({}, "blue adds"), ({"NO_COLOR": "1"}, "+ and # add")):
        shown = _on_a_terminal(80, {"TERM": "xterm", **wishes}, "inspect", "weights")
        assert key in shown
        rows = [line for line in shown.splitlines() if re.fullmatch(r"[ .+#=-]{40,}", line)]
        assert bool(rows) == bool(wishes)
        assert {len(row) for row in rows} <= {56}  # two letters a pixel: no picture is cut off


def _on_a_terminal(columns: int, variables: dict[str, str], *arguments: str) -> str:
    """What a command prints on a pseudo-terminal of that width."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    changes = {"NO_COLOR": None, "COLUMNS": None, "FORCE_COLOR": None, "COLORTERM": None} | variables
    with subprocess.Popen(
        command(*arguments), stdin=theirs, stdout=theirs, stderr=theirs, env=environment(**changes)
    ) as running:
        os.close(theirs)
        said = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            said += piece
        assert running.wait(PATIENCE) == 0
    os.close(ours)
    return said.decode()
