"""Every format of manifests and lock files: what it names, in which version, on which line, and what a lock file settles."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import pytest

from fusion.inventory import take, wants
from fusion.inventory.formats import FORMATS, WITHOUT_READER, format_of
from fusion.model.inventory import Component, Inventory, Tree, TreeFile

SHA = "a" * 64
COMMIT = "0123456789abcdef0123456789abcdef01234567"
SRI = "sha512-" + "A" * 86 + "=="


def inventory(**files: str) -> Inventory:
    return over({name: textwrap.dedent(text).lstrip("\n") for name, text in files.items()})


def over(files: dict[str, str]) -> Inventory:
    tree = Tree(commit="c", files=tuple(TreeFile(path=path, size=len(text)) for path, text in files.items()))
    return take(tree, {path: text.encode() for path, text in files.items() if wants(path)})


def flags(one: Component) -> str:
    """p pinned, h hashed, d direct, x for development."""
    said = (("p", one.pinned), ("h", one.hashed), ("d", one.direct), ("x", one.development))
    return "".join(letter for letter, holds in said if holds)


@dataclass(frozen=True)
class Case:
    files: dict[str, str]
    rows: tuple[tuple[str, str, int, str], ...]
    """purl, path, line, flags."""
    relations: tuple[tuple[str, str], ...] = ()


CASES = {
    "requirements": Case(
        {
            "requirements.txt": f"""
                # pinned
                Django[bcrypt]==4.2.1 \\
                    --hash=sha256:{SHA} \\
                    --hash=sha256:{"b" * 64}
                requests>=2
                zope_interface==6.* ; python_version > "3.8"
                flask @ git+https://user:pw@example.org/flask.git@{COMMIT}
                -e .
                """
        },
        (
            ("pkg:pypi/django@4.2.1", "requirements.txt", 2, "phd"),
            ("pkg:pypi/requests", "requirements.txt", 5, "d"),
            ("pkg:pypi/zope-interface", "requirements.txt", 6, "d"),
            (f"pkg:pypi/flask?vcs_url=git%2Bhttps://example.org/flask.git%40{COMMIT}", "requirements.txt", 7, "phd"),
        ),
    ),
    "requirements.in": Case(
        {
            "requirements.in": "django>=4\n",
            "requirements.txt": f"asgiref==3.7.0\ndjango==4.2.1 --hash=sha256:{SHA}\n",
        },
        (("pkg:pypi/django@4.2.1", "requirements.in", 1, "phd"), ("pkg:pypi/asgiref@3.7.0", "requirements.txt", 1, "p")),
    ),
    "constraints": Case(
        {"requirements.txt": "django\n", "constraints.txt": "asgiref==3.7.0\ndjango==4.2.1\n"},
        (("pkg:pypi/django@4.2.1", "requirements.txt", 1, "pd"), ("pkg:pypi/asgiref@3.7.0", "constraints.txt", 1, "p")),
    ),
    "uv": Case(
        {
            "pyproject.toml": """
                [project]
                name = "mine"
                dependencies = ["httpx>=0.27"]
                [dependency-groups]
                dev = ["pytest"]
                [build-system]
                requires = ["hatchling"]
                """,
            "uv.lock": f"""
                version = 1
                [[package]]
                name = "anyio"
                version = "4.4.0"
                source = {{ registry = "https://example.org/simple" }}
                wheels = [{{ url = "https://example.org/a.whl", hash = "sha256:{SHA}", size = 1 }}]

                [[package]]
                name = "httpx"
                version = "0.27.0"
                source = {{ registry = "https://example.org/simple" }}
                dependencies = [{{ name = "anyio" }}]
                sdist = {{ url = "https://example.org/h.tgz", hash = "sha256:{SHA}" }}

                [[package]]
                name = "mine"
                version = "0.1.0"
                source = {{ editable = "." }}
                dependencies = [{{ name = "httpx" }}]
                [package.metadata]
                requires-dist = [{{ name = "httpx", specifier = ">=0.27" }}]
                [package.metadata.requires-dev]
                dev = [{{ name = "pytest" }}]

                [[package]]
                name = "pytest"
                version = "8.0.0"
                source = {{ registry = "https://example.org/simple" }}
                """,
        },
        (
            ("pkg:pypi/httpx@0.27.0", "pyproject.toml", 3, "phd"),
            ("pkg:pypi/pytest@8.0.0", "pyproject.toml", 5, "pdx"),
            ("pkg:pypi/hatchling", "pyproject.toml", 7, "dx"),
            ("pkg:pypi/anyio@4.4.0", "uv.lock", 3, "ph"),
        ),
        (("pkg:pypi/httpx@0.27.0", "pkg:pypi/anyio@4.4.0"),),
    ),
    "poetry": Case(
        {
            "pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.11"\nattrs = "^23"\n',
            "poetry.lock": f"""
                [[package]]
                name = "attrs"
                version = "23.1.0"
                optional = false
                files = [{{file = "attrs.whl", hash = "sha256:{SHA}"}}]

                [[package]]
                name = "black"
                version = "24.1.0"
                groups = ["dev"]
                files = []

                [package.dependencies]
                attrs = ">=22"

                [metadata]
                lock-version = "2.1"
                """,
        },
        (("pkg:pypi/attrs@23.1.0", "pyproject.toml", 3, "phd"), ("pkg:pypi/black@24.1.0", "poetry.lock", 8, "px")),
        (("pkg:pypi/black@24.1.0", "pkg:pypi/attrs@23.1.0"),),
    ),
    "pdm": Case(
        {
            "pdm.lock": f"""
                [metadata]
                groups = ["default", "dev"]
                [[package]]
                name = "rich"
                version = "13.0.0"
                groups = ["default"]
                files = [{{file = "rich.whl", hash = "sha256:{SHA}"}}]
                [[package]]
                name = "tox"
                version = "4.0.0"
                groups = ["dev"]
                dependencies = ["rich>=12"]
                """
        },
        (("pkg:pypi/rich@13.0.0", "pdm.lock", 4, "ph"), ("pkg:pypi/tox@4.0.0", "pdm.lock", 9, "px")),
        (("pkg:pypi/tox@4.0.0", "pkg:pypi/rich@13.0.0"),),
    ),
    "pylock": Case(
        {
            "pylock.toml": f"""
                lock-version = "1.0"
                [[packages]]
                name = "attrs"
                version = "25.1.0"
                wheels = [{{name = "a.whl", hashes = {{sha256 = "{SHA}"}}}}]
                [[packages]]
                name = "tool"
                vcs = {{type = "git", url = "https://example.org/t", commit-id = "{COMMIT}"}}
                """
        },
        (
            ("pkg:pypi/attrs@25.1.0", "pylock.toml", 3, "ph"),
            (f"pkg:pypi/tool?vcs_url=git%2Bhttps://example.org/t%40{COMMIT}", "pylock.toml", 7, "ph"),
        ),
    ),
    "setup.cfg": Case(
        {
            "setup.cfg": """
                [metadata]
                name = mine
                [flake8]
                ignore = E1
                  E2
                [options]
                python_requires = >=3.8
                install_requires =
                    # a comment
                    attrs>=22
                    tomli>=1; python_version < "3.11"
                setup-requires = wheel; setuptools_scm[toml]>=6
                [options.extras_require]
                docs =
                    sphinx==7.0.0

                    furo
                """
        },
        (
            ("pkg:pypi/attrs", "setup.cfg", 10, "d"),
            ("pkg:pypi/tomli", "setup.cfg", 11, "d"),
            ("pkg:pypi/wheel", "setup.cfg", 12, "dx"),
            ("pkg:pypi/setuptools-scm", "setup.cfg", 12, "dx"),
            ("pkg:pypi/sphinx@7.0.0", "setup.cfg", 15, "pdx"),
            ("pkg:pypi/furo", "setup.cfg", 17, "dx"),
        ),
    ),
    "setup.py": Case(
        {
            "setup.py": """
                import sys
                from setuptools import setup
                BASE = ["attrs>=22", 'rich']
                TEXT: str = '''
                click
                '''
                EXTRAS = {"docs": ("sphinx==7.0.0",), ":python_version<'3.11'": ["tomli"], "all": [*BASE, "furo"]}
                for one in BASE:
                    print("needs", one)
                setup(
                    name="mine",
                    install_requires=BASE + ["pyyaml"] + (["colorama"] if sys.platform == "win32" else []),
                    extras_require=EXTRAS,
                    tests_require=TEXT,
                )
                """
        },
        (
            ("pkg:pypi/attrs", "setup.py", 3, "d"),
            ("pkg:pypi/rich", "setup.py", 3, "d"),
            ("pkg:pypi/pyyaml", "setup.py", 12, "d"),
            ("pkg:pypi/colorama", "setup.py", 12, "d"),
            ("pkg:pypi/click", "setup.py", 5, "dx"),
            ("pkg:pypi/sphinx@7.0.0", "setup.py", 7, "pdx"),
            ("pkg:pypi/tomli", "setup.py", 7, "d"),
            ("pkg:pypi/furo", "setup.py", 7, "dx"),
        ),
    ),
    "pipfile": Case(
        {
            "Pipfile": '[packages]\nflask = "*"\n[dev-packages]\npytest = ">=8"\n',
            "Pipfile.lock": f"""
                {{
                    "_meta": {{}},
                    "default": {{
                        "flask": {{
                            "hashes": ["sha256:{SHA}"],
                            "version": "==3.0.0"
                        }}
                    }},
                    "develop": {{
                        "pytest": {{
                            "version": "==8.0.0"
                        }}
                    }}
                }}
                """,
        },
        (("pkg:pypi/flask@3.0.0", "Pipfile", 2, "phd"), ("pkg:pypi/pytest@8.0.0", "Pipfile", 4, "pdx")),
    ),
    "npm 3": Case(
        {
            "package.json": """
                {
                  "dependencies": {
                    "@scope/a": "^1.0.0"
                  },
                  "devDependencies": {"b": "2.0.0"}
                }
                """,
            "package-lock.json": f"""
                {{
                  "lockfileVersion": 3,
                  "packages": {{
                    "": {{"dependencies": {{"@scope/a": "^1.0.0"}}, "devDependencies": {{"b": "2.0.0"}}}},
                    "node_modules/@scope/a": {{
                      "version": "1.2.3", "integrity": "{SRI}", "license": "MIT", "dependencies": {{"c": "1"}}
                    }},
                    "node_modules/@scope/a/node_modules/c": {{
                      "version": "1.0.0", "integrity": "{SRI}"
                    }},
                    "node_modules/b": {{
                      "version": "2.0.0", "dev": true
                    }},
                    "node_modules/c": {{
                      "version": "9.0.0", "dev": true
                    }}
                  }}
                }}
                """,
        },
        (
            ("pkg:npm/%40scope/a@1.2.3", "package.json", 3, "phd"),
            ("pkg:npm/b@2.0.0", "package.json", 5, "pdx"),
            ("pkg:npm/c@1.0.0", "package-lock.json", 8, "ph"),
            ("pkg:npm/c@9.0.0", "package-lock.json", 14, "px"),
        ),
        (("pkg:npm/%40scope/a@1.2.3", "pkg:npm/c@1.0.0"),),
    ),
    "npm 1": Case(
        {
            "package.json": '{"dependencies": {"a": "^1"}}',
            "package-lock.json": f"""
                {{
                  "lockfileVersion": 1,
                  "dependencies": {{
                    "a": {{
                      "version": "1.5.0", "integrity": "{SRI}",
                      "dependencies": {{
                        "b": {{
                          "version": "0.1.0"
                        }}
                      }}
                    }}
                  }}
                }}
                """,
        },
        (("pkg:npm/a@1.5.0", "package.json", 1, "phd"), ("pkg:npm/b@0.1.0", "package-lock.json", 7, "p")),
    ),
    "yarn 1": Case(
        {
            "package.json": '{"dependencies": {"a": "^1.0.0"}}',
            "yarn.lock": f"""
                # yarn lockfile v1

                a@^1.0.0, a@^1.1.0:
                  version "1.1.5"
                  resolved "https://example.org/a/-/a-1.1.5.tgz#{"c" * 40}"
                  integrity {SRI}
                  dependencies:
                    "@s/b" "^2"

                "@s/b@^2":
                  version "2.0.1"
                  resolved "https://example.org/@s/b/-/b-2.0.1.tgz#{"d" * 40}"
                """,
        },
        (("pkg:npm/a@1.1.5", "package.json", 1, "phd"), ("pkg:npm/%40s/b@2.0.1", "yarn.lock", 10, "ph")),
        (("pkg:npm/a@1.1.5", "pkg:npm/%40s/b@2.0.1"),),
    ),
    "yarn berry": Case(
        {
            "package.json": '{"dependencies": {"a": "^1.0.0"}}',
            "yarn.lock": f"""
                __metadata:
                  version: 8

                "a@npm:^1.0.0":
                  version: 1.1.5
                  resolution: "a@npm:1.1.5"
                  dependencies:
                    b: "npm:^2"
                  checksum: 10c0/{SHA}
                  languageName: node

                "b@npm:^2":
                  version: 2.0.1
                  resolution: "b@npm:2.0.1"

                "mine@workspace:.":
                  version: 0.0.0-use.local
                  resolution: "mine@workspace:."
                """,
        },
        (("pkg:npm/a@1.1.5", "package.json", 1, "phd"), ("pkg:npm/b@2.0.1", "yarn.lock", 12, "p")),
        (("pkg:npm/a@1.1.5", "pkg:npm/b@2.0.1"),),
    ),
    "pnpm 9": Case(
        {
            "package.json": '{"dependencies": {"a": "^1.0.0"}}',
            "apps/web/package.json": '{"devDependencies": {"@s/b": "2"}}',
            "pnpm-lock.yaml": f"""
                lockfileVersion: '9.0'

                importers:

                  .:
                    dependencies:
                      a:
                        specifier: ^1.0.0
                        version: 1.1.5(@s/b@2.0.1)

                  apps/web:
                    devDependencies:
                      '@s/b':
                        specifier: '2'
                        version: 2.0.1

                packages:

                  '@s/b@2.0.1':
                    resolution: {{integrity: {SRI}}}

                  a@1.1.5:
                    resolution: {{integrity: {SRI}}}

                  c@3.0.0:
                    resolution: {{integrity: {SRI}}}

                snapshots:

                  '@s/b@2.0.1': {{}}

                  a@1.1.5(@s/b@2.0.1):
                    dependencies:
                      c: 3.0.0
                """,
        },
        (
            ("pkg:npm/a@1.1.5", "package.json", 1, "phd"),
            ("pkg:npm/%40s/b@2.0.1", "apps/web/package.json", 1, "phdx"),
            ("pkg:npm/c@3.0.0", "pnpm-lock.yaml", 25, "ph"),
        ),
        (("pkg:npm/a@1.1.5", "pkg:npm/c@3.0.0"),),
    ),
    "pnpm 5": Case(
        {
            "pnpm-lock.yaml": f"""
                lockfileVersion: 5.4

                specifiers:
                  a: ^1.0.0

                dependencies:
                  a: 1.1.5

                packages:

                  /a/1.1.5:
                    resolution: {{integrity: {SRI}}}
                    dev: false
                """
        },
        (("pkg:npm/a@1.1.5", "pnpm-lock.yaml", 11, "phd"),),
    ),
    "go": Case(
        {
            "go.mod": """
                module example.org/m
                go 1.22
                require (
                \tgithub.com/BurntSushi/toml v1.3.2
                \tgolang.org/x/net v0.17.0 // indirect
                \texample.org/old v1.0.0
                )
                replace example.org/old => example.org/new v1.1.0
                """,
            "go.sum": f"""
                github.com/BurntSushi/toml v1.3.2 h1:{"A" * 43}=
                github.com/BurntSushi/toml v1.3.2/go.mod h1:{"A" * 43}=
                golang.org/x/net v0.17.0 h1:{"B" * 43}=
                golang.org/x/net v0.1.0/go.mod h1:{"B" * 43}=
                """,
        },
        (
            ("pkg:golang/github.com/BurntSushi/toml@v1.3.2", "go.mod", 4, "phd"),
            ("pkg:golang/golang.org/x/net@v0.17.0", "go.mod", 5, "ph"),
            ("pkg:golang/example.org/new@v1.1.0", "go.mod", 6, "pd"),
        ),
    ),
    "maven": Case(
        {
            "pom.xml": """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <version>1.0</version>
                  <properties><jackson.version>2.15.0</jackson.version></properties>
                  <dependencyManagement><dependencies>
                    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-api</artifactId><version>2.0.7</version></dependency>
                  </dependencies></dependencyManagement>
                  <dependencies>
                    <dependency>
                      <groupId>com.fasterxml.jackson.core</groupId>
                      <artifactId>jackson-databind</artifactId>
                      <version>${jackson.version}</version>
                    </dependency>
                    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-api</artifactId></dependency>
                    <dependency><groupId>junit</groupId><artifactId>junit</artifactId>
                      <version>[4,5)</version><scope>test</scope></dependency>
                    <dependency><groupId>a</groupId><artifactId>b</artifactId><version>${unknown}</version></dependency>
                  </dependencies>
                </project>
                """
        },
        (
            ("pkg:maven/com.fasterxml.jackson.core/jackson-databind@2.15.0", "pom.xml", 10, "pd"),
            ("pkg:maven/org.slf4j/slf4j-api@2.0.7", "pom.xml", 13, "pd"),
            ("pkg:maven/junit/junit", "pom.xml", 14, "dx"),
            ("pkg:maven/a/b", "pom.xml", 16, "d"),
        ),
    ),
    "gradle": Case(
        {
            "build.gradle.kts": """
                dependencies {
                    implementation("com.google.guava:guava:32.0.0-jre")
                    testImplementation("junit:junit:4.+")
                    implementation("a:b:$version")
                }
                """,
            "gradle.lockfile": """
                # comment
                com.google.guava:guava:32.1.0-jre=compileClasspath,runtimeClasspath
                junit:junit:4.13.2=testCompileClasspath,testRuntimeClasspath
                empty=annotationProcessor
                """,
        },
        (
            ("pkg:maven/com.google.guava/guava@32.1.0-jre", "build.gradle.kts", 2, "pd"),
            ("pkg:maven/junit/junit@4.13.2", "build.gradle.kts", 3, "pdx"),
        ),
    ),
    "cargo": Case(
        {
            "Cargo.toml": """
                [package]
                name = "mine"
                [dependencies]
                serde = { version = "1", features = ["derive"] }
                local = { path = "local" }
                renamed = { package = "rand", version = "0.8" }
                [dev-dependencies]
                criterion = "0.5"
                """,
            "Cargo.lock": f"""
                version = 3

                [[package]]
                name = "criterion"
                version = "0.5.1"
                source = "registry+https://example.org/index"
                checksum = "{SHA}"
                dependencies = ["itoa"]

                [[package]]
                name = "itoa"
                version = "1.0.0"
                source = "registry+https://example.org/index"
                checksum = "{SHA}"

                [[package]]
                name = "mine"
                version = "0.1.0"
                dependencies = ["criterion", "rand 0.8.5", "serde"]

                [[package]]
                name = "rand"
                version = "0.7.3"
                source = "registry+https://example.org/index"
                checksum = "{SHA}"

                [[package]]
                name = "rand"
                version = "0.8.5"
                source = "registry+https://example.org/index"
                checksum = "{SHA}"

                [[package]]
                name = "serde"
                version = "1.0.190"
                source = "registry+https://example.org/index"
                checksum = "{SHA}"
                dependencies = ["rand 0.7.3"]
                """,
        },
        (
            ("pkg:cargo/serde@1.0.190", "Cargo.toml", 4, "phd"),
            ("pkg:cargo/rand@0.8.5", "Cargo.toml", 6, "phd"),
            ("pkg:cargo/criterion@0.5.1", "Cargo.toml", 8, "phdx"),
            ("pkg:cargo/itoa@1.0.0", "Cargo.lock", 11, "phx"),
            ("pkg:cargo/rand@0.7.3", "Cargo.lock", 22, "ph"),
        ),
        (
            ("pkg:cargo/criterion@0.5.1", "pkg:cargo/itoa@1.0.0"),
            ("pkg:cargo/serde@1.0.190", "pkg:cargo/rand@0.7.3"),
        ),
    ),
    "nuget": Case(
        {
            "Directory.Packages.props": """
                <Project>
                  <ItemGroup>
                    <PackageVersion Include="Serilog" Version="3.1.1" />
                  </ItemGroup>
                </Project>
                """,
            "src/App/App.csproj": """
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup><JsonVersion>13.0.3</JsonVersion></PropertyGroup>
                  <ItemGroup>
                    <PackageReference Include="Newtonsoft.Json" Version="$(JsonVersion)" />
                    <PackageReference Include="Serilog" />
                    <PackageReference Include="Exact" Version="[1.0.0]" PrivateAssets="all" />
                  </ItemGroup>
                </Project>
                """,
            "old/packages.config": """
                <packages>
                  <package id="NUnit" version="3.13.0" developmentDependency="true" />
                </packages>
                """,
            "locked/L.csproj": '<Project><ItemGroup><PackageReference Include="A" Version="1.*" /></ItemGroup></Project>',
            "locked/packages.lock.json": f"""
                {{
                  "version": 1,
                  "dependencies": {{
                    "net8.0": {{
                      "A": {{
                        "type": "Direct", "requested": "[1.*, )", "resolved": "1.9.0", "contentHash": "{SRI[7:]}",
                        "dependencies": {{"B": "2.0.0"}}
                      }},
                      "B": {{
                        "type": "Transitive", "resolved": "2.0.0", "contentHash": "{SRI[7:]}"
                      }}
                    }}
                  }}
                }}
                """,
        },
        (
            ("pkg:nuget/Newtonsoft.Json@13.0.3", "src/App/App.csproj", 4, "d"),
            ("pkg:nuget/Serilog@3.1.1", "src/App/App.csproj", 5, "d"),
            ("pkg:nuget/Exact@1.0.0", "src/App/App.csproj", 6, "pdx"),
            ("pkg:nuget/NUnit@3.13.0", "old/packages.config", 2, "pdx"),
            ("pkg:nuget/A@1.9.0", "locked/L.csproj", 1, "phd"),
            ("pkg:nuget/B@2.0.0", "locked/packages.lock.json", 9, "ph"),
        ),
        (("pkg:nuget/A@1.9.0", "pkg:nuget/B@2.0.0"),),
    ),
    "bundler": Case(
        {
            "Gemfile": """
                source "https://example.org"
                gem "rails", "~> 7.0"
                group :test do
                  gem "rspec"
                end
                """,
            "Gemfile.lock": f"""
                GIT
                  remote: https://example.org/x.git
                  revision: {COMMIT}
                  specs:
                    extra (0.1)

                GEM
                  remote: https://example.org/
                  specs:
                    nokogiri (1.15.0-x86_64-linux)
                    rails (7.0.4)
                      nokogiri (>= 1)
                    rspec (3.12.0)

                DEPENDENCIES
                  rails (~> 7.0)
                  rspec

                CHECKSUMS
                  rails (7.0.4) sha256={SHA}
                """,
            "x.gemspec": 'Gem::Specification.new do |s|\n  s.add_dependency "rack", "~> 2.0", ">= 2.0.1"\nend\n',
        },
        (
            ("pkg:gem/rails@7.0.4", "Gemfile", 2, "phd"),
            ("pkg:gem/rspec@3.12.0", "Gemfile", 4, "pdx"),
            (f"pkg:gem/extra@0.1?vcs_url=git%2Bhttps://example.org/x.git%40{COMMIT}", "Gemfile.lock", 5, "phx"),
            ("pkg:gem/nokogiri@1.15.0", "Gemfile.lock", 10, "p"),
            ("pkg:gem/rack", "x.gemspec", 2, "d"),
        ),
        (("pkg:gem/rails@7.0.4", "pkg:gem/nokogiri@1.15.0"),),
    ),
    "docker": Case(
        {
            "Dockerfile": f"""
                ARG TAG=3.13
                ARG BASE=python:${{TAG}}
                FROM ${{BASE}} AS build
                FROM --platform=linux/amd64 ghcr.io/o/tool:1@sha256:{SHA}
                COPY --from=build /a /b
                COPY --from=alpine:3 /a /b
                FROM build
                FROM $UNKNOWN
                """,
            "docker-compose.yml": f"""
                services:
                  db:
                    image: "postgres:${{PG:-16}}"
                  web:
                    build: .
                    image: mine
                  fixed:
                    image: redis@sha256:{SHA}
                """,
        },
        (
            ("pkg:docker/python@3.13", "Dockerfile", 3, "d"),
            (f"pkg:docker/o/tool@sha256:{SHA}?repository_url=ghcr.io", "Dockerfile", 4, "phd"),
            ("pkg:docker/alpine@3", "Dockerfile", 6, "d"),
            ("pkg:docker/UNKNOWN", "Dockerfile", 8, "d"),
            ("pkg:docker/postgres@16", "docker-compose.yml", 3, "d"),
            (f"pkg:docker/redis@sha256:{SHA}", "docker-compose.yml", 8, "phd"),
        ),
    ),
    "actions": Case(
        {
            ".github/workflows/ci.yml": f"""
                on: push
                jobs:
                  a:
                    runs-on: ubuntu-latest
                    steps:
                      - uses: actions/checkout@v4
                      - uses: github/codeql-action/init@{COMMIT} # v3
                      - uses: ./local
                      - uses: docker://alpine:3.19
                      - run: |
                          uses: not/this@v1
                """
        },
        (
            ("pkg:github/actions/checkout@v4", ".github/workflows/ci.yml", 6, "dx"),
            (f"pkg:github/github/codeql-action@{COMMIT}#init", ".github/workflows/ci.yml", 7, "phdx"),
            ("pkg:docker/alpine@3.19", ".github/workflows/ci.yml", 9, "dx"),
        ),
    ),
    "composer": Case(
        {
            "composer.json": '{\n  "require": {\n    "php": ">=8",\n    "Monolog/monolog": "^3"\n  }\n}\n',
            "composer.lock": f"""
                {{
                  "packages": [
                    {{
                      "name": "monolog/monolog",
                      "version": "v3.5.0",
                      "license": ["MIT"],
                      "dist": {{"type": "zip", "reference": "{COMMIT}", "shasum": ""}},
                      "require": {{"psr/log": "^3"}}
                    }},
                    {{
                      "name": "psr/log",
                      "version": "3.0.0"
                    }}
                  ],
                  "packages-dev": []
                }}
                """,
        },
        (
            ("pkg:composer/monolog/monolog@3.5.0", "composer.json", 4, "phd"),
            ("pkg:composer/psr/log@3.0.0", "composer.lock", 11, "p"),
        ),
        (("pkg:composer/monolog/monolog@3.5.0", "pkg:composer/psr/log@3.0.0"),),
    ),
    "hex": Case(
        {"mix.lock": f'%{{\n  "jason": {{:hex, :jason, "1.4.1", "{SHA}", [:mix], [], "hexpm", "{SHA}"}},\n}}\n'},
        (("pkg:hex/jason@1.4.1", "mix.lock", 2, "ph"),),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_format_names(name: str) -> None:
    case = CASES[name]
    found = inventory(**case.files)
    rows = {(one.purl, one.path, one.line, flags(one)) for one in found.components}
    assert rows == set(case.rows)
    assert len(found.components) == len(rows)
    assert found.relations == tuple(sorted(case.relations))
    assert found.unread == ()
    assert set(found.read) == set(case.files)
    assert all(one.stale == "" for one in found.components if one.purl != "pkg:golang/example.org/new@v1.1.0")


def test_every_format_has_a_case() -> None:
    covered = {format_of(path).name for case in CASES.values() for path in case.files if format_of(path)}  # type: ignore[union-attr]
    # What has no entries and is no lock file is not a list of packages: only where these come from.
    assert {one.name for one in FORMATS if one.entries or one.lock} == covered
    assert all(format_of(name) is None for name in WITHOUT_READER)


LOCKED_A = '{"packages": {"": {"dependencies": {"a": "^1"}}, "node_modules/a": {"version": "1.0.0"}}}'
YARN_A = '# yarn lockfile v1\na@^1:\n  version "1.0.0"\n'
STALE = {
    "written for ^1": {"package.json": '{"dependencies": {"a": "^2"}}', "package-lock.json": LOCKED_A},
    "does not name b": {"package.json": '{"dependencies": {"b": "^2"}}', "package-lock.json": LOCKED_A},
    "has 1.0 and the manifest asks for >=2": {"requirements.in": "a>=2\n", "requirements.txt": "a==1.0\n"},
    "does not name example.org/a v1.1.0": {
        "go.mod": "require example.org/a v1.1.0\n",
        "go.sum": f"example.org/a v1.0.0 h1:{'A' * 43}=\n",
    },
    "does not name a": {"package.json": '{"dependencies": {"a": "^2"}}', "yarn.lock": YARN_A},
}


@pytest.mark.parametrize("why", STALE)
def test_a_lock_file_that_no_longer_fits_is_told(why: str) -> None:
    [one] = [one for one in over(STALE[why]).components if one.direct]
    assert why in one.stale
    assert not one.lock


CONDITIONAL = {
    "a marker": {"requirements.in": "a\ngreenlet ; python_version < '3.11'\n", "requirements.txt": "a==1.0\n"},
    "nothing but a marker": {"requirements.in": "greenlet>=2; sys_platform == 'win32'\n", "requirements.txt": ""},
    "a marker that holds for another entry": {
        "requirements.in": "a<2 ; python_version < '3.9'\na>=2 ; python_version >= '3.9'\n",
        "requirements.txt": "a==2.1\n",
    },
    "a marker in a list": {
        "pyproject.toml": '[project]\ndependencies = ["a", "b>=1; os_name == \'nt\'"]\n',
        "uv.lock": 'version = 1\n[[package]]\nname = "a"\nversion = "1"\nsource = { registry = "https://example.org" }\n',
    },
    "Poetry's keys": {
        "pyproject.toml": '[tool.poetry.dependencies]\nb = [{version = "1", python = "3"}, {version = "2", platform = "x"}]\n',
        "poetry.lock": '[metadata]\nlock-version = "2.1"\n',
    },
    "Pipenv's keys": {"Pipfile": '[packages]\nb = {version = "*", markers = "x"}\n', "Pipfile.lock": '{"_meta": {}}'},
    "as an option": {
        "package.json": '{"dependencies": {"a": "^1"}, "optionalDependencies": {"b": "^1"}}',
        "package-lock.json": LOCKED_A,
    },
    "a target": {
        "Cargo.toml": '[target.\'cfg(windows)\'.dependencies]\nb = "1"\n[workspace.dependencies]\nc = "1"\n',
        "Cargo.lock": "version = 3\n",
    },
    "a platform": {
        "Gemfile": 'gem "a"\ngem "b", platforms: :x\nif ENV["X"]\n  gem "c"\nend\nplatforms :x do\n  gem "d"\nend\n',
        "Gemfile.lock": "GEM\n  specs:\n    a (1.0)\n\nDEPENDENCIES\n  a\n",
    },
    "a condition of MSBuild": {
        "a.csproj": "<Project><ItemGroup Condition=\"'$(OS)' == 'x'\"><PackageReference Include='b' /></ItemGroup></Project>",
        "packages.lock.json": '{"dependencies": {}}',
    },
}


@pytest.mark.parametrize("why", CONDITIONAL)
def test_a_lock_file_may_lack_what_is_asked_for_under_a_condition(why: str) -> None:
    found = over(CONDITIONAL[why])
    assert found.unread == ()
    assert [one.stale for one in found.components if one.stale] == []
    assert [one.name for one in found.components if one.direct and one.name != "a" and not one.omitted] == []
    assert all(one.lock for one in found.components if one.name == "a" and not one.omitted)


def test_a_project_of_its_own_below_a_workspace_is_not_locked_by_it() -> None:
    found = over({"package-lock.json": LOCKED_A, "sub/package.json": '{"dependencies": {"a": "^1"}}'})
    [one] = [one for one in found.components if one.path == "sub/package.json"]
    assert (one.version, one.lock, one.stale) == ("", "", "")


def test_what_cannot_be_read_says_why() -> None:
    huge = b"{" + b" " * 2_000_000 + b"}"
    files = {
        "package.json": huge,
        "uv.lock": b"\xff\xfe",
        "pom.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><project/>',
        "Cargo.lock": b"nothing",
        "go.sum": b"nothing",
        "Podfile.lock": b"",
        "a/yarn.lock": b"x",
    }
    tree = Tree(commit="c", files=tuple(TreeFile(path=path, size=len(data)) for path, data in files.items()))
    contents = {path: data for path, data in files.items() if path != "a/yarn.lock"}
    why = dict(take(tree, contents).unread)
    assert set(why) == set(files)
    assert "larger than" in why["package.json"]
    assert "not UTF-8" in why["uv.lock"]
    assert "refused" in why["pom.xml"]
    assert "not valid TOML" in why["Cargo.lock"]
    assert "line 1" in why["go.sum"]
    assert why["Podfile.lock"] == "There is no reader for Podfile.lock."
    assert "not read" in why["a/yarn.lock"]


def test_packages_that_were_installed_into_the_tree_are_not_manifests_of_it() -> None:
    assert not wants("node_modules/a/package.json")
    assert not wants("app/.venv/x/requirements.txt")
    assert wants("packages/a/package.json")


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("requirements.txt", "a==1.0\n# more\n!!bad line!!\n", "line 3 cannot be read as a requirement"),
        ("requirements.txt", "a==1.0\n${HIDDEN}==1.0\na b\n", "lines 2, 3 cannot be read as requirements"),
        ("constraints.txt", "a==1.0\n??\n", "line 2 cannot be read as a requirement"),
        ("pyproject.toml", '[project]\ndependencies = [\n"a",\n"??bad??",\n]\n', "line 4 cannot be read as a requirement"),
        ("pyproject.toml", '[project]\ndependencies = ["a", 7]\n', "line 2 cannot be read as a requirement"),
        ("package.json", '{"dependencies": {\n"a": "1.0.0",\n"b": 7}}', "line 3 cannot be read as a requirement"),
        ("package.json", '{"dependencies": ["a"]}', "line 1 cannot be read as a requirement"),
        ("go.mod", "module x\n\nrequire github.com/a/b\n", "line 3 cannot be read as a requirement"),
        ("go.mod", "module x\nrequire (\n\tgithub.com/a/b\n)\n", "line 3 cannot be read as a requirement"),
        ("Cargo.toml", "[dependencies]\na = 7\n", "line 2 cannot be read as a requirement"),
    ],
)
def test_an_entry_that_is_none_makes_its_file_partly_unread(path: str, text: str, why: str) -> None:
    found = over({path: text})
    assert (found.read, found.unread) == ((path,), ((path, why),))


@pytest.mark.parametrize(
    "text",
    [
        "a[b,c] >= 1.0, <2 ; python_version > '3'\n",
        "a==1.0 \\\n    ; python_version > '3' \\\n    --hash=sha256:x\n",
        "a>=1, \\\n  <2\n",
        "a @ https://example.org/a.zip ; python_version > '3'\ngit+https://example.org/b.git#egg=b\n",
        "-e .\n./folder\na(>=1)\nb===1.0+local\nc~=1.*\n",
    ],
)
def test_entries_in_every_form_are_read_whole(text: str) -> None:
    assert over({"requirements.txt": text}).unread == ()
