"""The page speaks several languages: its texts lie in one file a language, with the same keys, and none in the code."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.waiting import PATIENCE
from tests.web.test_accessibility import FRAMES, THREE, VIEWS

from digitlens.bundles import LANGUAGES, WEB, texts
from digitlens.errors import UsageError
from digitlens.learning.choices import choices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
TRANSLATED = [name for name in LANGUAGES if name != "en"]
ENGLISH = texts("en")
CALL = re.compile(r"\bphrase\(\s*([\"`])(.*?)\1")
PART = re.compile(r'import \{ phrase \} from "[./]*texts/(\w+)\.js"')
BY_NAME = ("views.", "choices.", "fields.")  # keys that are put together as the page runs, as in build_page.mjs
MODULES = sorted(
    path for path in WEB.rglob("*.js") if not {"built", "vendor", "texts"} & set(path.relative_to(WEB).parts)
)
# Literal texts that stay in the code: names, formulas; classes and names of what was measured that are chosen between.
# This list may only become shorter.
LITERAL = {
    "Cost",
    "Accuracy",
    "Digitlens",
    "DeepLIFT (Shrikumar et al., 2017)",
    "views.",
    "−ln a, −ln(1 − a)",
    "−y ln a",
    "Files",
    "columns strong",
    "area-dot strong",
    "area-dot now",
    "cards deep",
    "promise negative",
    "came negative",
    "player idle",
    "arrow up",
    "arrow down",
    "why nothing",
    "bar minus",
    "bar plus",
    "column chosen",
    "track signed",
    "track held",
    "number negative",
    "plot picked",
    "curve-title curve-description",
    "cannot say",
    "before training",
    "pixels shuffled",
    "random labels",
    "long strokes",
    "ends and junctions",
    "as it is",
    "distorted images",
    "weight decay 0.001",
    "ReLU, rate 0.2",
}


def forms(text: str | dict[str, str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values())


def values(text: str | dict[str, str]) -> set[str]:
    """What a text wants: {values}, and <elements>."""
    return {value for form in forms(text) for value in re.findall(r"\{\w+\}|<\w+>", form)}


def read(text: str | dict[str, str]) -> str:
    """What of a text is read as it stands."""
    return re.sub(r"\{\w+\}|<\w+>", "", " ".join(forms(text)))


def flat(language: str) -> dict[str, str | dict[str, str]]:
    return {key: text for part in texts(language).values() for key, text in part.items()}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_language_has_the_same_keys_in_the_same_order(language: str) -> None:
    """Bundles number them by their places."""
    translated = texts(language)
    assert list(translated) == list(ENGLISH)
    for part, english in ENGLISH.items():
        assert list(translated[part]) == list(english)
        assert list(english) == sorted(english)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_has_the_values_of_the_english_one_and_is_none_that_was_forgotten(language: str) -> None:
    english, translated = flat("en"), flat(language)
    assert {key for key in english if values(english[key]) != values(translated[key])} == set()
    assert {key for key, text in translated.items() if not all(forms(text))} == set()
    wordy = {key for key, text in english.items() if len(re.findall(r"\b[a-z]{3,}", read(text))) > 3}
    assert {key for key in wordy if translated[key] == english[key]} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_are_those_of_the_language(language: str) -> None:
    wanted = {"en": {"one", "other"}, "de": {"one", "other"}, "es": {"one", "other"}, "zh": {"other"}}[language]
    english = flat("en")
    for key, text in flat(language).items():
        assert isinstance(text, dict) == isinstance(english[key], dict), key
        if isinstance(text, dict):
            assert set(text) == wanted, key


def calls(path: Path) -> Iterator[str]:
    for _, key in CALL.findall(path.read_text(encoding="utf-8")):
        yield key


def test_every_key_that_is_asked_for_is_there_and_every_text_is_asked_for() -> None:
    asked: set[str] = set()
    for path in MODULES:
        source = path.read_text(encoding="utf-8")
        part = PART.search(source)
        for key in calls(path):
            if key.startswith(BY_NAME):
                continue
            assert part, f"{path.name} takes phrase() from none of texts/*.js"
            assert key in ENGLISH[part[1]], f"{path.name} asks for {key}, which is no text of {part[1]}"
            asked.add(key)
    assert {key for key in flat("en") if key not in asked and not key.startswith(BY_NAME)} == set()


def test_other_languages_are_refused_by_name() -> None:
    with pytest.raises(UsageError, match="en, de, es, zh"):
        texts("fr")


# words that were hard to understand, or wrong, and are not said again; a change of them belongs into STYLE's table
NO_LONGER = (
    *("holds a number from", "should hold", "Reset to as it was loaded", "98 of 100", "read rightly"),
    *("Start anew", "Resting", "gone astray", "images a step", "how the rate goes on", "bent images"),
)


def test_words_that_were_replaced_do_not_come_back() -> None:
    said = " ".join(" ".join(forms(text)) for text in flat("en").values())
    assert [words for words in NO_LONGER if words.lower() in said.lower()] == []
    assert flat("en")["tools.tools.undoAllChanges"] == "Undo all changes"
    assert flat("en")["training.tries.reach98"] == "Reach 98 %"
    assert flat("en")["fields.activation.label"] == "Activation function"  # in Compare, of what differs


# no text in the code

STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`', re.DOTALL)
COMMENT = re.compile(r"(?m)(?<![:\"'`\w])//[^\n]*|/\*.*?\*/", re.DOTALL)
WORDS = re.compile(r"[A-Za-z’]{2,}[,.:;)]* +[A-Za-z(“]|^[A-Z][a-z]{2,}$|[a-z]{3,}[.:!?]$")
# what stands before a string that nobody reads
NO_TEXT = re.compile(
    r"(?:\b(?:class|style|type|role|id|rel|d|for|name|kind|as|href|src|accept|viewBox|transform|lineCap|font)\s*:\s*"
    r"|import[^;]*|from\s|querySelector(?:All)?(?:<[^>]*>)?\(|closest\(|matches\(|matchMedia\(|setProperty\([^)]*"
    r"|console\.\w+\(|[=!]==\s|case\s|new Set\(\[[^\]]*|\.(?:key|name|tagName)\s*===?\s)$"
)


def literal_texts(source: str) -> list[str]:
    """The strings of a module that look like something to be read."""
    code = COMMENT.sub(lambda found: " " * len(found[0]), source)
    found = []
    for string in STRING.finditer(code):
        text = re.sub(r"\$\{[^{}]*\}", "", string[0][1:-1])
        before = code[max(0, string.start() - 60) : string.start()]
        if WORDS.search(text) and not NO_TEXT.search(before) and "phrase(" not in string[0]:
            found.append(text)
    return found


def test_no_view_has_texts_of_its_own() -> None:
    """Titles, labels, what is announced: all of it is asked for by its key."""
    found = {
        f"{path.relative_to(WEB).as_posix()}: {text}"
        for path in MODULES
        if path.relative_to(WEB).parts[0] in ("views", "app")
        for text in literal_texts(path.read_text(encoding="utf-8"))
        if text not in LITERAL and not NOT_READ.search(text)
    }
    assert found == set(), 'put it into texts/*.json, in all languages, and ask for it: phrase("view.module.key")'


NOT_READ = re.compile(
    r"^\(prefers|system-ui|^#pad, |^M "
    r"|^(?:Arrow|Page|Home|End|Escape|Enter|Delete|Backspace|Shift|Control|Alt|Meta)\w*$"
)


@pytest.mark.parametrize(
    "source", ['h("p", {}, "Draw a digit")', "app.say(`${name} is loaded.`)", 'h("a", { title: "Undo the step" })']
)
def test_a_text_in_the_code_would_be_found(source: str) -> None:
    assert literal_texts(source)


@pytest.mark.parametrize(
    "source",
    ['h("p", { class: "quiet reset" })', '// "no text at all"', 'phrase("read.pad.undo")', '"views/read/pad.css"'],
)
def test_what_is_no_text_is_not(source: str) -> None:
    assert not literal_texts(source)


# the field's words

TERMS = ROOT / "docs/terms.md"


def terms() -> list[list[str]]:
    """The rows of the table: the English word, and that of each other language."""
    rows = [line for line in TERMS.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def mentions(text: str, term: str) -> bool:
    """Whether an English text has a word; not as the name of a field, "epochs: ...", nor in a command."""
    stem = rf"{term[:-1]}(?:y|ies)" if term.endswith("y") else rf"{term}(?:s|es)?"
    return re.search(rf"(?<![_\w]){stem}(?![\w_]|: (?:at|from))", text, re.IGNORECASE) is not None


def has(text: str, term: str, language: str) -> bool:
    """Whether a translation has the word, however it ends there."""
    if language == "zh":
        return term in text
    stems = [
        [word.lower()[: max(4, len(word) - 3)] for word in one.split() if len(word) > 3] for one in term.split(" / ")
    ]
    return any(all(stem in text.lower() for stem in one) for one in stems)


@pytest.mark.parametrize(("language", "column"), [(name, i + 1) for i, name in enumerate(TRANSLATED)])
def test_texts_use_the_words_of_the_field(language: str, column: int) -> None:
    english, translated = flat("en"), flat(language)
    named = ("app.page.butWhatIsANeural", "training.workerTrainer.howOneOfRunExample")  # a title; names in a command
    wrong = [
        f"{key}: {row[0]} is {row[column]}"
        for row in terms()
        for key, text in english.items()
        if key not in named
        if mentions(read(text), row[0])
        if not has(" ".join(forms(translated[key])), row[column], language)
    ]
    assert not wrong, "\n".join(wrong)


# what whoever trains says: it is declared in Python, and spoken by the page


def declared() -> dict[str, str]:
    """The words of the recipe's fields, as the page asks for them by name."""
    words = {}
    for field in choices()["fields"]:
        if field["page"]:
            words |= {f"fields.{field['name']}.{part}": field[part] for part in ("label", "help")}
            words |= {f"choices.{field['name']}.{name}": label for name, label in field["choices"]}
            words |= {f"choices.{field['name']}.{name}": label for name, label in field["offered"] if "-" not in name}
    return words


def test_the_fields_of_a_recipe_have_the_words_that_they_are_declared_with() -> None:
    """Whoever adds a field, or a choice of one, is told to add its words in every language."""
    assert {key: text for key, text in flat("en").items() if key.startswith(("fields.", "choices."))} == declared()


@pytest.mark.parametrize("language", TRANSLATED)
def test_settings_and_what_the_server_says_are_in_the_language_of_the_page(
    tab: Page, server: str, language: str
) -> None:
    words = flat(language)
    opened(tab, f"{server}?lang={language}#train")
    tab.wait_for_selector(".trainer [data-recipe=video]", state="attached")
    tab.evaluate("digitlens.root.querySelectorAll('details').forEach(one => { one.open = true; })")
    for name in ("learning_rate", "mini_batch", "schedule", "validation"):
        field = tab.locator(f"[data-field={name}]").first
        assert field.locator("label").inner_text() == words[f"fields.{name}.label"]
        assert field.get_attribute("title") == words[f"fields.{name}.help"]
    options = tab.locator("#train-schedule option").all_inner_texts()
    assert options == [words[f"choices.schedule.{name}"] for name in ("constant", "linear", "cosine")]
    tab.locator("#train-mini_batch").fill("0")
    tab.evaluate(FRAMES)
    wrong = tab.locator("[data-field=mini_batch]").first.inner_text()
    assert "1,000,000" in wrong
    assert "whole number" not in wrong
    refusal = tab.evaluate("""() => new Promise(done => {
        digitlens.live.on("refused", ({ error }) => done(error));
        digitlens.live.send({ type: "train", number: digitlens.live.next(), base: "nonsense", recipe: {} });
    })""")
    before = str(words["training.live.theServerSays"]).split("{", maxsplit=1)[0]
    assert before
    assert refusal.startswith(f"{before}base")


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_comparison_is_told_in_the_language_of_the_page(tab: Page, server: str, language: str) -> None:
    words = flat(language)
    opened(tab, f"{server}?lang={language}#compare?vary=schedule&seeds=2&epochs=1&data=pen-small&hidden=4")
    tab.wait_for_selector("#compare-data option", state="attached")
    tab.locator(".train-view button.main").click()
    tab.locator(".pairs-table tbody tr").nth(1).locator("td").nth(2).filter(has_text=".").wait_for()
    heads = tab.locator(".pairs-table thead").inner_text()
    label, linear = str(words["fields.schedule.label"]), str(words["choices.schedule.linear"])
    assert linear in heads
    assert label.lower() in heads.lower()
    sentence = tab.locator(".watch .sentence").inner_text()
    assert "rate schedule" not in heads + sentence
    assert "runs" not in sentence


# how they are spoken

SPEAKING = """
    import { phrases, speak, languageOf, within } from %s;
    const phrase = phrases("first", { hello: "Hello {name}", many: { one: "{n} digit", other: "{n} digits" } });
    const said = [phrase("hello", { name: "you" }), phrase("many", { n: 1 }), phrase("many", { n: 2 })];
    speak("de", { first: { hello: "Hallo {name}", many: { one: "{n} Ziffer", other: "{n} Ziffern" } } });
    said.push(phrase("hello", { name: "du" }), phrase("many", { n: 1 }), phrase("many", { n: 7 }), within("Die Zahl"));
    let thrown = "";
    try { phrase("nothing"); } catch (error) { thrown = error.message; }
    const wishes = [[null, null, "de-AT", "en"], ["zh-CN"], ["fr", "es"], ["fr"], [null, "xx", undefined]];
    const chosen = wishes.map((one) => languageOf(one));
    console.log(JSON.stringify([said, thrown, chosen]));
"""


def test_values_plural_forms_and_the_choice_of_a_language() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("how texts are put together was not tested: no Node here")
    script = SPEAKING % json.dumps((WEB / "texts/language.js").as_uri())
    command = [node, "--input-type=module", "-e", script]
    out = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE)
    said, thrown, chosen = json.loads(out.stdout)
    assert said == ["Hello you", "1 digit", "2 digits", "Hallo du", "1 Ziffer", "7 Ziffern", "die Zahl"]
    assert "nothing" in thrown
    assert chosen == ["de", "zh", "es", "en", "en"]


@pytest.fixture
def tab(browser: Browser, server: str) -> Iterator[Page]:
    """A window of a phone's width, whose browser prefers German."""
    from tests.web.conftest import context_of, watched

    context = context_of(browser, viewport={"width": 390, "height": 844}, locale="de-DE", reduced_motion="reduce")
    page = context.new_page()
    with watched(page):
        yield page
    context.close()


def opened(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("html[data-whole]")


def test_the_page_follows_the_browser_a_link_and_a_choice(tab: Page, server: str) -> None:
    german, spanish = flat("de"), flat("es")
    opened(tab, server)
    assert tab.evaluate("document.documentElement.lang") == "de"
    assert tab.get_by_role("link", name=str(german["views.story"]), exact=True).count() == 1
    tab.evaluate("strokes => window.digitlens.set({strokes})", THREE)
    tab.get_by_role("combobox", name=str(german["tools.language.language"])).select_option("es")
    tab.wait_for_selector('html[lang="es"][data-whole]')
    assert tab.get_by_role("link", name=str(spanish["views.story"]), exact=True).count() == 1
    assert tab.evaluate("digitlens.state.strokes.length") == 1  # what was drawn is still there
    opened(tab, f"{server}?lang=zh")
    assert tab.evaluate("document.documentElement.lang") == "zh-Hans"  # a link goes before what was chosen
    opened(tab, server)
    assert tab.evaluate("document.documentElement.lang") == "es"


def test_english_costs_nothing_else(page: Page, server: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page, f"{server}?lang=en")
    assert not [url for url in asked if re.search(r"/texts/(?!language|first|later|worker)", url)]


WIDE = """() => [...digitlens.root.querySelectorAll("button, a, h2, h3, label, select, p, th, td, span, legend")]
    .filter((one) => one.checkVisibility() && !one.closest(".unseen, svg, math, .scroller, table, [class*=plot]"))
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest("[style*=overflow]"))
    .filter((one) => { for (let up = one; up; up = up.parentElement)
        if (/auto|scroll|hidden/.test(getComputedStyle(up).overflowX)) return false; return true; })
    .slice(0, 5).map((one) => one.className + ": " + one.textContent.slice(0, 60))"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_view_fits_a_phone_in_every_language(tab: Page, server: str, language: str) -> None:
    opened(tab, f"{server}?lang={language}")
    wrong: list[str] = []
    for view, sent in VIEWS.items():
        tab.goto(f"{server}?lang={language}#{view}")
        tab.evaluate("strokes => window.digitlens.set({strokes})", THREE)
        tab.wait_for_selector(sent, state="attached")
        tab.evaluate(FRAMES)
        found: list[Any] = tab.evaluate(WIDE)
        wrong += [f"{view}: {one}" for one in found]
        if tab.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{view}: scrolls sideways")
    assert not wrong, "\n".join(wrong)


# rows that the links of the header make, and names of layers that lie over each other
ROWS = "new Set([...digitlens.root.querySelectorAll('nav a')].map(one => one.getBoundingClientRect().top)).size"
OVER_EACH_OTHER = """() => {
    const boxes = [...digitlens.root.querySelectorAll(".diagram text.name")].map(one => one.getBoundingClientRect());
    const over = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    return boxes.some((one, i) => boxes.slice(i + 1).some((other) => over(one, other)));
}"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_journeys_stand_in_one_row_and_layers_have_room_for_their_names(tab: Page, server: str, language: str) -> None:
    for width in (390, 320):
        tab.set_viewport_size({"width": width, "height": 844})
        opened(tab, f"{server}?lang={language}")
        tab.evaluate(FRAMES)
        assert tab.evaluate(ROWS) == 1, width
        assert not tab.evaluate(OVER_EACH_OTHER), width
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
