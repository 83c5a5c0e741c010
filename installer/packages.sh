# Which packages Warren needs, and how to get those that are missing. To be sourced.
# shellcheck shell=bash
# shellcheck disable=SC2034 # the lists are for who sources this

# To build and to run.
build_packages=(
    g++ cmake ninja-build ccache
    qt6-base-dev libqt6sql6-sqlite libqcustomplot-dev libxxhash-dev libssl-dev libpcre2-dev
    libargon2-dev libraft-dev
    fonts-dejavu-core
)
# An older version of these counts as missing. Debian 12 has the newer one in its backports.
declare -A version_of=([libraft-dev]=0.22.1)
# The window on a display without X11.
wayland_packages=(qt6-wayland)
# Tests: framework, formatter, and the clients that talk to a node.
test_packages=(
    libgtest-dev libgmock-dev libsqlite3-dev clang-format-14
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
        if [[ $'\n'$installed$'\n' == *$'\n'"ii  $package"$'\n'* ]] &&
            is_new_enough "$package" "$(dpkg-query --show --showformat='${Version}' "$package")"; then
            continue
        fi
        printf '%s\n' "$package"
    done
}

# Whether this version of the package, which may be none, is one that Warren can be built with.
is_new_enough() {
    local package=$1 version=$2
    [[ -n ${version_of[$package]:-} ]] || return 0
    dpkg --compare-versions "$version" ge "${version_of[$package]}"
}

# The version that apt would install.
candidate_of() { LC_ALL=C apt-cache policy "$1" | sed -n 's/^  Candidate: //p'; }

# Makes apt know the backports of the Debian release it installs from, at the archive it uses for
# that, and prints their name. They are of low priority: nothing comes from there unasked.
# Takes the command that makes root of us.
enable_backports() {
    local known archive release keyring=/usr/share/keyrings/debian-archive-keyring.gpg options=
    # shellcheck disable=SC2016 # apt replaces these
    known=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' \
        'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 'Component: main') || return 1
    read -r release archive < <(grep -m 1 '^[a-z]* ' <<<"$known") || return 1
    if ! grep -q "^$release-backports " <<<"$known"; then
        say "Adding $release-backports to the sources of apt"
        [[ ! -r $keyring ]] || options="[signed-by=$keyring] "
        printf '# Added by Warren, for libraft-dev.\ndeb %s%s %s-backports main\n' \
            "$options" "$archive" "$release" |
            "$@" tee "/etc/apt/sources.list.d/$release-backports.list" >/dev/null || return 1
        "$@" apt-get -qq -o DPkg::Lock::Timeout=300 update >&2 || return 1
    fi
    printf '%s\n' "$release-backports"
}

# Installs those of the given packages that are missing; touches nothing else.
install_missing() {
    local missing=() as_root=() wanted=() package backports
    command -v dpkg-query >/dev/null || return 0 # not Debian: the build says what it doesn't find
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]} > 0)) || return 0

    if ((EUID != 0)); then
        command -v sudo >/dev/null || die "Missing packages; as root: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    say "Installing ${missing[*]}"
    as_root+=(env DEBIAN_FRONTEND=noninteractive)
    local apt=("${as_root[@]}" apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
    "${apt[@]}" update >&2 || say "The package lists could not be updated; using those that are there."
    for package in "${missing[@]}"; do
        if is_new_enough "$package" "$(candidate_of "$package")"; then
            wanted+=("$package")
        elif backports=$(enable_backports "${as_root[@]}"); then
            wanted+=("$package/$backports")
        else
            die "Warren needs $package ${version_of[$package]}; this system's sources of packages" \
                "have $(candidate_of "$package"), and its backports could not be added."
        fi
    done
    "${apt[@]}" install --yes --no-install-recommends "${wanted[@]}" </dev/null >&2 ||
        die "These packages could not be installed: ${wanted[*]}"
}
