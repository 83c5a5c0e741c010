# Which packages Warren needs, and how to get those that are missing. To be sourced.
# shellcheck shell=bash
# shellcheck disable=SC2034 # the lists are for who sources this

# To build and to run.
build_packages=(
    g++ cmake ninja-build ccache
    qt6-base-dev libqt6sql6-sqlite libqcustomplot-dev libxxhash-dev libssl-dev libpcre2-dev
    libargon2-dev
    fonts-dejavu-core
)
# The window on a display without X11.
wayland_packages=(qt6-wayland)
# Tests: framework, formatter, and the clients that talk to a node.
test_packages=(
    libgtest-dev libgmock-dev clang-format-14
    python3 python3-pika python3-kombu python3-celery amqp-tools nodejs npm sqlite3 openssl
    ruby ruby-bunny php-cli php-amqplib golang-go golang-github-rabbitmq-amqp091-go-dev
)

# What a package is needed for is often one command, which may well be there without the package.
declare -A command_of=(
    [g++]=g++ [cmake]=cmake [ninja-build]=ninja [ccache]=ccache [clang-format-14]=clang-format-14
    [python3]=python3 [nodejs]=node [npm]=npm [amqp-tools]=amqp-publish [sqlite3]=sqlite3
    [openssl]=openssl [ruby]=ruby [php-cli]=php [golang-go]=go
)

say() { printf '%s\n' "$*" >&2; }

die() {
    say "$*"
    exit 1
}

# Prints those of the given packages that are not installed.
missing_packages() {
    local installed package command
    # "ii" is installed; a package that dpkg has never heard of is an error of dpkg-query only.
    installed=$(dpkg-query --show --showformat='${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null) || true
    for package in "$@"; do
        command=${command_of[$package]:-}
        if [[ -n $command ]] && command -v "$command" >/dev/null; then continue; fi
        if [[ $'\n'$installed$'\n' == *$'\n'"ii  $package"$'\n'* ]]; then continue; fi
        printf '%s\n' "$package"
    done
}

# Installs those of the given packages that are missing; touches nothing else.
install_missing() {
    local missing=() as_root=()
    command -v dpkg-query >/dev/null || return 0 # not Debian: the build says what it doesn't find
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]} > 0)) || return 0

    if ((EUID != 0)); then
        command -v sudo >/dev/null || die "Missing packages; as root: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    say "Installing ${missing[*]}"
    as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300
        -o Dpkg::Use-Pty=0)
    "${as_root[@]}" update >&2 || say "The package lists could not be updated; using those that are there."
    "${as_root[@]}" install --yes --no-install-recommends "${missing[@]}" </dev/null >&2 ||
        die "These packages could not be installed: ${missing[*]}"
}
