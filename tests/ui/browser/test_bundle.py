"""The bundler: order, what it refuses, and the modules there are."""

import re
import sys
from pathlib import Path

import pytest

from ui.browser.bundle import bundle, modules_of, read


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder beside which lies another, as components lie beside what they share."""
    for name in ("own", "shared"):
        (tmp_path / name).mkdir()
    return tmp_path


def write(folder: Path, **files: str) -> Path:
    """Write modules, "__" in a name for "/"; return the first."""
    paths = [folder / f"{name.replace('__', '/')}.js" for name in files]
    for path, text in zip(paths, files.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths[0]


def refusal(entry: Path) -> str:
    with pytest.raises(ValueError, match=r"\.js") as refused:
        bundle(entry)
    return str(refused.value)


# --- what it joins


def test_a_module_comes_once_and_after_those_it_imports(folder: Path) -> None:
    entry = write(
        folder,
        own__entry='import { b } from "./b.js";\nimport { c } from "../shared/c.js";\n',
        own__b='import { c } from "../shared/c.js";\nimport { d } from "../shared/d.js";\n'
        "export const b = c + d;\n",
        shared__c='import { d } from "./d.js";\nexport const c = d;\n',
        shared__d="export const d = 1;\n",
    )
    assert [module.path.stem for module in modules_of(entry)] == ["d", "c", "b", "entry"]
    heads = re.findall(r"^// (\w+)\.js$", bundle(entry), re.MULTILINE)
    assert heads == ["d", "c", "b", "entry"]


def test_imports_and_exports_fall_away_but_the_default_one_of_the_entry(folder: Path) -> None:
    entry = write(
        folder,
        own__entry='/** Entry. */\n\nimport {\n  A,\n  f,\n} from "./a.js";\n\n'
        "export default function ({ data }) {\n  return f(A, data);\n}\n",
        own__a="export class A {}\nexport async function f() {}\nexport let x = 1;\n",
    )
    assert bundle(entry) == (
        "// a.js\nclass A {}\nasync function f() {}\nlet x = 1;\n\n"
        "// entry.js\n/** Entry. */\n\n\nexport default function ({ data }) {\n"
        "  return f(A, data);\n}\n"
    )


def test_a_name_inside_of_a_function_is_free(folder: Path) -> None:
    entry = write(
        folder,
        own__entry='import { a } from "./a.js";\nfunction f() {\n  const b = a;\n  return b;\n}\n',
        own__a="const b = 1;\nexport const a = b;\n",
    )
    assert "const b = a;" in bundle(entry)


# --- what it refuses


def test_an_import_of_no_file_is_refused(folder: Path) -> None:
    entry = write(folder, own__entry='import { a } from "../shared/a.js";\n')
    assert re.search(
        r"shared/a\.js, imported by .*entry\.js: there is no such file", refusal(entry)
    )
    assert "no such file" in refusal(folder / "nowhere.js")


def test_an_import_of_a_name_that_is_not_exported_is_refused(folder: Path) -> None:
    entry = write(
        folder,
        own__entry='import { a, b } from "./a.js";\n',
        own__a="export const a = 1;\nconst b = 2;\n",
    )
    assert refusal(entry).endswith("entry.js: a.js exports no b")


def test_a_circle_is_refused_and_named(folder: Path) -> None:
    entry = write(
        folder,
        own__entry='import { a } from "./a.js";\n',
        own__a='import { b } from "./b.js";\nexport const a = 1;\n',
        own__b='import { a } from "./a.js";\nexport const b = 1;\n',
    )
    assert "a.js -> b.js -> a.js" in refusal(entry)


DECLARED = ["const a = 2;", "let a;", "class a {}", "function a() {}", "export const a = 3;"]


@pytest.mark.parametrize("declared", [*DECLARED, "async function a() {}", "function* a() {}"])
def test_two_modules_that_declare_one_name_are_refused(folder: Path, declared: str) -> None:
    entry = write(
        folder,
        own__entry='import { b } from "./b.js";\n' + declared + "\n",
        own__b='import { a } from "./a.js";\nexport const b = a;\n',
        own__a="export const a = 1;\n",
    )
    assert re.search(r"entry\.js: .*a\.js declares a as well", refusal(entry))


FORMS = [
    ('import { a as b } from "./a.js";', "cannot be joined"),
    ('import a from "./a.js";', "cannot be joined"),
    ('import * as a from "./a.js";', "cannot be joined"),
    ('import "./a.js";', "cannot be joined"),
    ('import { a } from "a";', "cannot be joined"),
    ('import { a } from "https://example.org/a.js";', "cannot be joined"),
    ("import { a } from './a.js';", "cannot be joined"),
    ('  import { a } from "./a.js";', "cannot be joined"),
    ('const a = await import("./a.js");', "cannot be joined"),
    ("const here = import.meta.url;", "cannot be joined"),
    ('export { a } from "./a.js";', "cannot be joined"),
    ('export * from "./a.js";', "cannot be joined"),
    ("const a = 1;\nexport { a };", "cannot be joined"),
    ("const [a, b] = [1, 2];", "one name at a time"),
    ("const { a, b } = {};", "one name at a time"),
    ("let a, b;", "one name at a time"),
]


@pytest.mark.parametrize(("form", "reason"), FORMS)
def test_another_form_of_import_export_or_declaration_is_refused(
    folder: Path, form: str, reason: str
) -> None:
    entry = write(folder, own__entry=form + "\n", own__a="export const a = 1;\n")
    assert reason in refusal(entry)


def test_a_default_export_is_the_entrys_alone(folder: Path) -> None:
    entry = write(
        folder,
        own__entry='import { a } from "./a.js";\nexport default function () {}\n',
        own__a="export const a = 1;\nexport default a;\n",
    )
    assert "a.js: 'export default a;'" in refusal(entry)


# --- the modules there are

ROOT = Path(__file__).parents[3]
SCRIPTS = sorted((ROOT / "ui").rglob("*.js"))
_ENTRY = re.compile(r"\bbundle\(_HERE((?: / \"[\w.]+\")+)\)")


def entries() -> list[Path]:
    """The files that Python hands to the bundler."""
    return [
        source.parent.joinpath(*re.findall(r'"([\w.]+)"', parts))
        for source in sorted((ROOT / "ui").rglob("*.py"))
        for parts in _ENTRY.findall(source.read_text(encoding="utf-8"))
    ]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("entry", entries(), ids=relative)
def test_a_component_gets_one_text_that_stands_alone(entry: Path) -> None:
    text = bundle(entry)
    defaults = re.findall(r"^export default function \(", text, re.MULTILINE)
    assert len(defaults) == (entry.name != "page.js")  # a page of its own has no Streamlit
    assert len(re.findall(r"^\s*(?:import|export)\b", text, re.MULTILINE)) == len(defaults)
    assert "https://" not in text
    assert "//cdn" not in text


def test_every_script_is_in_a_bundle() -> None:
    bundled = {module.path for entry in entries() for module in modules_of(entry)}
    assert bundled == set(SCRIPTS)


@pytest.mark.parametrize("path", SCRIPTS, ids=relative)
def test_every_import_names_a_file_and_what_it_exports(path: Path) -> None:
    for target, names in read(path).imports.items():
        assert target.is_file()
        assert names <= read(target).exported


def room(path: Path) -> str:
    """The folder of ui, or of a screen, that a file stands in."""
    name, screen, *_ = path.relative_to(ROOT / "ui").parts
    return screen if name == "screens" else name


def test_the_shared_folder_holds_what_several_components_use_and_nothing_else() -> None:
    users: dict[Path, set[str]] = {}
    for entry in entries():
        if entry.name != "page.js":  # the player once more, on a page of its own
            for module in modules_of(entry):
                users.setdefault(module.path, set()).add(room(entry))
    for path, rooms in users.items():
        assert len(rooms) > 1 if room(path) == "browser" else rooms == {room(path)}, path


def test_the_room_stands_at_the_bottom_of_ui() -> None:
    for source in (ROOT / "ui" / "browser").rglob("*.py"):
        modules = re.findall(r"^(?:from|import) (\S+)", source.read_text("utf-8"), re.MULTILINE)
        outside = [name for name in modules if not name.startswith("ui.browser")]
        assert {name.partition(".")[0] for name in outside} <= sys.stdlib_module_names
