#!/usr/bin/env python3
"""Installs what tests/clients/node/package-lock.json names, into a folder of the build.

    install_amqplib.py FOLDER

Does nothing if that is there already.
"""

import pathlib
import shutil
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parent / "node"
FILES = ("package.json", "package-lock.json", ".npmrc")


def is_installed(folder):
    """Whether the same lock file was installed completely."""
    stamp = folder / "installed-lock.json"
    lock = SOURCE / "package-lock.json"
    return stamp.is_file() and stamp.read_bytes() == lock.read_bytes()


def install(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(SOURCE / name, folder / name)
    code = subprocess.call(
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
    )
    if code != 0:
        print("npm could not install amqplib; it needs the npm registry once.", file=sys.stderr)
        return 1
    shutil.copyfile(SOURCE / "package-lock.json", folder / "installed-lock.json")
    return 0


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    folder = pathlib.Path(arguments[0])
    if is_installed(folder):
        return 0
    for command in ("node", "npm"):
        if shutil.which(command) is None:
            print(f"{command} is not installed; installer/test installs it.", file=sys.stderr)
            return 1
    return install(folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
