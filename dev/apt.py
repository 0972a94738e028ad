"""Debian packages without installing them: download by apt, unpack privately.

apt runs on a root of its own below a temporary folder, with the machine's own package
sources and keys, so signatures are checked and neither root nor a system change is
needed.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import threading

from .progress import Percent, SetupError, say

HINT = (
    "If you have Odoo 19 already, point ODOO_HOME at it (the folder that holds odoo/ "
    "or odoo-bin) and run the command again."
)


def fetch(packages: list[str], prefix: pathlib.Path, suite: str | None) -> None:
    """Download ``packages`` and unpack them below ``prefix``.

    ``suite`` replaces the suite of the machine's own Debian source; ``None`` keeps it.

    :raise SetupError: without apt, without a Debian source, or on a failed download.
    """
    for tool in ("apt-get", "dpkg-deb"):
        if not shutil.which(tool):
            raise SetupError(f"This machine has no {tool}. {HINT}")
    with tempfile.TemporaryDirectory(prefix="tts-apt-") as temporary:
        folder = pathlib.Path(temporary)
        options = _private_root(folder, suite)
        _apt(options, ["update"], folder)
        _download(options, packages, folder)
        _unpack(sorted(folder.glob("*.deb")), prefix)


def _private_root(folder: pathlib.Path, suite: str | None) -> list[str]:
    for name in ("state/lists/partial", "cache/archives/partial", "parts"):
        (folder / name).mkdir(parents=True)
    (folder / "state/status").touch()
    sources = folder / "sources.list"
    sources.write_text(_sources(suite))
    settings = {
        "Dir::State": folder / "state",
        "Dir::State::status": folder / "state/status",
        "Dir::Cache": folder / "cache",
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": folder / "parts",
        "Dir::Etc::preferences": folder / "none",
        "Dir::Etc::preferencesparts": folder / "parts",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled": "false",
        # The helper user of apt cannot enter a private temporary folder.
        "APT::Sandbox::User": "root",
    }
    return [
        part for key, value in settings.items() for part in ("-o", f"{key}={value}")
    ]


def _sources(suite: str | None) -> str:
    """Return one-line sources from the machine's own configuration."""
    etc = pathlib.Path("/etc/apt")
    lines: list[str] = []
    for path in (etc / "sources.list", *sorted(etc.glob("sources.list.d/*"))):
        if path.suffix == ".list" and path.is_file():
            lines += _one_line_entries(path.read_text(), suite)
        elif path.suffix == ".sources":
            lines += _deb822_entries(path.read_text(), suite)
    lines = list(dict.fromkeys(lines))
    if not lines:
        raise SetupError(f"No Debian package source is configured for apt. {HINT}")
    return "\n".join(lines) + "\n"


def _one_line_entries(text: str, suite: str | None) -> list[str]:
    entries = []
    for line in text.splitlines():
        line = line.split("#", 1)[0].strip()
        if not line.startswith("deb "):
            continue
        options, rest = "", line[4:].strip()
        if rest.startswith("["):
            options, rest = rest[1:].split("]", 1)
        uri, own_suite, *components = rest.split()
        entries += _entry(options.strip(), uri, [own_suite], components, suite)
    return entries


def _deb822_entries(text: str, suite: str | None) -> list[str]:
    entries = []
    for stanza in _stanzas(text):
        if "deb" not in stanza.get("types", "deb").split():
            continue
        if stanza.get("enabled", "yes").lower() in ("no", "false", "0"):
            continue
        key = stanza.get("signed-by", "")
        # A key written into the file itself cannot be named on one line.
        options = f"signed-by={key}" if key.startswith("/") else ""
        suites, components = stanza["suites"].split(), stanza["components"].split()
        for uri in stanza["uris"].split():
            entries += _entry(options, uri, suites, components, suite)
    return entries


def _stanzas(text: str) -> list[dict[str, str]]:
    stanzas: list[dict[str, str]] = [{}]
    key = ""
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        if not line.strip():
            stanzas.append({})
        elif line[0] in " \t":
            stanzas[-1][key] = f"{stanzas[-1].get(key, '')} {line.strip()}"
        else:
            key, _, value = line.partition(":")
            key = key.strip().lower()
            stanzas[-1][key] = value.strip()
    wanted = ("uris", "suites", "components")
    return [stanza for stanza in stanzas if all(name in stanza for name in wanted)]


def _entry(
    options: str, uri: str, suites: list[str], components: list[str], suite: str | None
) -> list[str]:
    if suite:
        # Only the main archive has an unstable suite: not security, not third parties.
        archive = uri.rstrip("/").rsplit("/", 1)[-1]
        if archive != "debian" or "main" not in components:
            return []
        suites, components = [suite], ["main"]
    prefix = f"deb [{options}]" if options else "deb"
    return [f"{prefix} {uri} {name} {' '.join(components)}" for name in suites]


def _apt(options: list[str], arguments: list[str], folder: pathlib.Path) -> str:
    command = ["apt-get", "-q", *options, *arguments]
    environment = {
        **os.environ,
        "LC_ALL": "C.UTF-8",
        "DEBIAN_FRONTEND": "noninteractive",
    }
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or "\nE: " in f"\n{done.stderr}":
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise SetupError(
            f"apt-get {arguments[0]} failed:\n{tail}\nCheck the network and apt's "
            f"package sources, then run the command again. {HINT}"
        )
    return done.stdout


def _download(options: list[str], packages: list[str], folder: pathlib.Path) -> None:
    uris = _apt(options, ["download", "--print-uris", *packages], folder)
    sizes = [int(line.split()[2]) for line in uris.splitlines() if line.startswith("'")]
    say(f"   downloading {len(sizes)} packages, {sum(sizes) / 1e6:.0f} MB")
    percent = Percent("downloaded")
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.5):
            files = [*folder.glob("*.deb"), *folder.glob("**/partial/*.deb")]
            percent.update(sum(file.stat().st_size for file in files), sum(sizes))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        _apt(options, ["download", *packages], folder)
    finally:
        over.set()
        watcher.join()
    percent.update(1, 1)


def _unpack(archives: list[pathlib.Path], prefix: pathlib.Path) -> None:
    percent = Percent("unpacked")
    total = sum(archive.stat().st_size for archive in archives)
    done = 0
    for archive in archives:
        command = ["dpkg-deb", "-x", str(archive), str(prefix)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode:
            raise SetupError(
                f"{archive.name} could not be unpacked: {result.stderr.strip()}\n"
                "Is the disk full? Free some space and run the command again."
            )
        done += archive.stat().st_size
        percent.update(done, total)
