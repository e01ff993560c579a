"""What readers leave out is told, with the line: a manifest counts as read in part, and its list as incomplete."""

from __future__ import annotations

import textwrap

import pytest

from tests.unit.test_inventory_formats import over

SETUP = "from setuptools import setup\n"
LEFT = {
    "a list that is read from a file": (
        "setup.py",
        SETUP + "setup(install_requires=open('x').read().split())\n",
        "line 2 puts",
        0,
    ),
    "a list that is changed": (
        "setup.py",
        SETUP + "a = ['b']\nif x:\n    a.append('c')\nsetup(install_requires=a)\n",
        "line 4 may change `install_requires`",
        1,
    ),
    "a list that a loop assigns": (
        "setup.py",
        SETUP + "a = ['b']\nfor a in x:\n    pass\nsetup(install_requires=a)\n",
        "line 3 may change",
        1,
    ),
    "a key that is set": (
        "setup.py",
        SETUP + "a = dict(install_requires=['b'])\na['name'] = 'x'\na['install_requires'] = f()\nsetup(**a)\n",
        "line 4 may change `arguments",
        1,
    ),
    "a list that a function gets": ("setup.py", SETUP + "a = ['b']\nf(a)\nsetup(install_requires=a)\n", "line 3 may", 1),
    "a name from elsewhere": ("setup.py", SETUP + "from x import a\nsetup(install_requires=a)\n", "line 3 puts", 0),
    "a requirement in pieces": ("setup.py", SETUP + "setup(install_requires=['a==' + V, f'b=={V}', 'c'])\n", "line 2 puts", 1),
    "packed arguments": ("setup.py", SETUP + "setup(**arguments())\n", "line 2 puts `arguments of `setup``", 0),
    "no requirement": ("setup.py", SETUP + "setup(**dict(install_requires=['!']))\n", "line 2 cannot be read", 0),
    "an extra that is no list": ("setup.py", SETUP + "setup(extras_require={'a': f(), 'b': ['c']})\n", "line 2 puts", 1),
    "no requirement in setup.cfg": ("setup.cfg", "[options]\ninstall_requires =\n  a\n  !b\n", "line 4 cannot be read", 1),
    "a file in setup.cfg": ("setup.cfg", "[options]\ninstall_requires = file: deps.txt\n", "line 2 takes", 0),
    "a file that a variable tells": ("requirements.txt", "a\n-r ${X}/more.txt\n", "line 2 takes in ${X}/more.txt", 1),
    "a file with no requirements file's name": ("requirements.txt", "--requirement=deps.lst\n", "line 1 takes in deps.lst", 0),
    "a file from elsewhere": ("requirements.txt", "-chttps://u:pw@example.org/c.txt\n", "https://example.org/c.txt, which", 0),
    "a folder that a variable tells": ("requirements.txt", "-e ${X}\n", "line 1 installs what an environment", 0),
    "an address that a variable tells": ("requirements.txt", "a @ https://example.org/${X}.zip\n", "line 1 installs", 1),
    "a gem in a loop": ("Gemfile", 'gem "a"\n%w[b c].each { |name| gem name }\n', "line 2 names no gem", 1),
    "a gem with a name in pieces": ("Gemfile", 'gem "a-#{x}"\n# gem b\n', "line 1 names no gem", 0),
    "another Gemfile": ("Gemfile", 'eval_gemfile "other"\n', "line 1 takes in", 0),
    "a gemspec's own quotes": ("x.gemspec", "  s.add_dependency(%q<rack>, [])\n", "line 1 names no gem", 0),
    "no artifact": (
        "pom.xml",
        "<project>\n<dependencies>\n<dependency><groupId>g</groupId></dependency></dependencies></project>",
        "names no package",
        0,
    ),
    "an artifact that a parent tells": (
        "pom.xml",
        "<project><dependencies>\n<dependency><groupId>g</groupId><artifactId>${x}</artifactId></dependency>"
        "</dependencies></project>",
        "line 2 names no package",
        0,
    ),
    "something else among dependencies": (
        "pom.xml",
        "<project><dependencies><!-- x --><depndency/></dependencies></project>",
        "holds `depndency`",
        0,
    ),
    "a number in a Pipfile": ("Pipfile", '[packages]\na = "*"\nb = 2\nc = {version = 3}\n', "lines 3, 4 cannot be read", 2),
    "a list in a Pipfile": ("Pipfile", "packages = []\n", "cannot be read", 0),
    "no version in composer.json": ("composer.json", '{"require": {"a/b": 1}, "require-dev": []}', "line 1 cannot be read", 1),
    "a name that a property tells": (
        "a.csproj",
        '<Project><ItemGroup><PackageReference Include="$(X)" /></ItemGroup></Project>',
        "`$(X)` names no package",
        0,
    ),
    "a catalogue of Gradle": (
        "build.gradle",
        "dependencies {\n  implementation(libs.a)\n  api project(':x')\n  api 'a:b:1'\n}\ncompileOnly = 1\n",
        "line 2 names no package that can be read",
        1,
    ),
    "dependencies that the build tells": (
        "pyproject.toml",
        '[project]\nname = "x"\ndynamic = ["version", "dependencies"]\n',
        "line 3 leaves its",
        0,
    ),
    "no name at all": ("package.json", '{"dependencies": {"": "1.0.0", "b": "1.0.0"}}', "names what can be no package", 1),
    "images in braces": ("compose.yml", "services:\n  a: {image: b}\n  c:\n    image: d\n", "line 2 names no image", 1),
}


@pytest.mark.parametrize("what", LEFT)
def test_what_is_left_is_told(what: str) -> None:
    path, text, why, components = LEFT[what]
    found = over({path: textwrap.dedent(text)})
    assert found.read == (path,)
    assert [(one, why in said) for one, said in found.unread] == [(path, True)], found.unread
    assert len(found.components) == components


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("setup.py", "print('x')\n", "no call of `setup`"),
        ("setup.py", "print 'x'\n", "line 1 is no Python 3"),
        ("setup.cfg", "[options]\na\n", "line 2 is neither"),
        ("setup.cfg", "[options]\ninstall_requires = a\ninstall-requires = b\n", "once more"),
    ],
)
def test_what_is_no_manifest_of_its_kind_is_unread(path: str, text: str, why: str) -> None:
    found = over({path: text})
    assert found.read == ()
    assert [(one, why in said) for one, said in found.unread] == [(path, True)], found.unread


def test_files_about_linters_are_no_manifests() -> None:
    found = over({"setup.cfg": "[flake8]\nignore = E1\n", "pyproject.toml": "[tool.ruff]\nline-length = 1\n"})
    assert (found.read, found.unread) == ((), ())


def test_a_project_table_that_lists_everything_counts_alone() -> None:
    files = {"pyproject.toml": '[project]\ndependencies = ["a"]\n', "setup.py": SETUP + "setup(install_requires=['b', f()])\n"}
    found = over(files)
    assert [one.name for one in found.components] == ["a"]
    assert (found.read, found.unread) == (("pyproject.toml", "setup.py"), ())


def test_what_variables_do_not_change_is_whole() -> None:
    files = {
        "deploy/requirements.txt": "-r ../requirements/base.txt\na @ git+https://${TOKEN}@example.org/a.git\n-i ${INDEX}\n",
        "requirements/base.txt": "b==1\n",
    }
    found = over(files)
    assert (found.unread, len(found.components)) == ((), 2)


def test_what_can_be_followed_is_whole() -> None:
    program = """
        from setuptools import setup
        try:
            needs = ["a", "b; python_version < '3'"]
        except ImportError:
            needs = ["c"]
        needs += ["d"]
        extras = {"test": ["e"]}
        more = {"name": "x"}
        del more["name"]
        setup(install_requires=needs, extras_require=extras, tests_require=extras["test"], **more)
        """
    found = over({"setup.py": textwrap.dedent(program)})
    assert found.unread == ()
    assert sorted(one.name for one in found.components) == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    "more",
    [
        {"setup.cfg": "[options]\ninstall_requires = a\n"},
        {"uv.lock": "version = 1\n"},
        {"pyproject.toml": '[tool.setuptools.dynamic]\ndependencies = {file = ["requirements/base.txt"]}\n'},
        {"pyproject.toml": '[tool.poetry.dependencies]\na = "1"\n'},
    ],
)
def test_what_the_build_tells_may_be_known_from_elsewhere(more: dict[str, str]) -> None:
    project = '[project]\ndynamic = ["dependencies"]\n'
    assert over(more | {"pyproject.toml": project + more.get("pyproject.toml", "")}).unread == ()
