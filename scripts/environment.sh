# Sourced by the other scripts: finds Python, makes .venv and keeps it in step with the requirements.
# Sets: root (the project's folder) and python (the virtual environment's interpreter).

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd) || exit 1
venv=$root/.venv
python=$venv/bin/python
lock=$root/.venv.lock

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$@"
    exit 1
}

# A name that is found may still be no Python (pyenv leaves such names behind), so each one is asked.
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
can_make_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

find_python() {
    without_venv=
    for candidate in python3.13 python3.12 python3.11 python3; do
        new_enough "$candidate" || continue
        if can_make_venv "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
        without_venv=${without_venv:-$candidate}
    done
    [ -n "$without_venv" ] || fail 'Guilherme needs Python 3.11 or newer, and there is none on the PATH.'
    add_venv_module "$without_venv"
    printf '%s\n' "$without_venv"
}

is_debian_root() { [ "$(id -u)" = 0 ] && [ -e /etc/debian_version ] && command -v apt-get >/dev/null; }

# Installs packages of the distribution without a question; what it prints is shown only if it fails.
install_package() {
    say "Installing $1 with apt-get ..."
    quietly sh -c 'apt-get update && apt-get install -y --no-install-recommends $1' sh "$1" </dev/null
}

quietly() {
    if output=$(DEBIAN_FRONTEND=noninteractive "$@" 2>&1); then return 0; fi
    say "$output"
    return 1
}

# Debian and Ubuntu ship Python without what `python -m venv` needs.
add_venv_module() {
    package=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    is_debian_root && install_package "$package" && can_make_venv "$1" && return
    fail "$1 cannot make virtual environments: its venv module is missing." \
        "On Debian and Ubuntu: apt install python3-venv (or $package)"
}

# What was installed last is kept beside it as a copy: comparing files is quicker than asking pip.
is_current() { [ -x "$python" ] && for file; do cmp -s "$root/$file" "$venv/installed/$file" || return 1; done; }

# Two starts at once take turns. A lock whose owner is gone is taken over.
take_lock() {
    waited=
    until ln -s $$ "$lock" 2>/dev/null; do
        [ -w "$root" ] || fail "Cannot write to $root."
        owner=$(readlink "$lock") || continue
        if ! kill -0 "$owner" 2>/dev/null; then
            rm -f "$lock"
            continue
        fi
        [ -n "$waited" ] || say 'Another start is installing; waiting for it ...'
        waited=yes
        sleep 0.2
    done
    trap 'rm -f "$lock"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

give_lock_back() {
    rm -f "$lock"
    trap - EXIT INT TERM HUP
}

make_venv() {
    "$python" -m pip --version >/dev/null 2>&1 && return
    base=$(find_python) || exit 1
    quietly "$base" -m venv --clear "$venv" || fail 'The virtual environment could not be made.'
}

pip_install() {
    "$python" -m pip install --quiet --disable-pip-version-check --no-input --root-user-action=ignore "$@" </dev/null 2>&1
}

# Every package in the version, and with one of the hashes, that requirements.lock names. False where one of them neither
# comes for this machine nor can be built on it. A package with another hash may be somebody's: then nothing is installed.
install_locked() {
    if said=$(pip_install --require-hashes -r "$root/requirements.lock"); then return 0; fi
    say "$said"
    case $said in
        *'DO NOT MATCH THE HASHES'* | *'Retrying ('*) ;;
        *'No matching distribution'* | *'requires a different Python'* | *'ailed to build'* | *'ailed building'* | *'did not run successfully'*)
            say 'So requirements.lock does not fit this machine. The versions go by the ranges of' \
                'requirements.txt instead, without a look at hashes.'
            return 1
            ;;
    esac
    fail "requirements.lock could not be installed; pip's own words are above."
}

# By ranges; what the lock has brought already stays as it is.
install_ranges() {
    if said=$(pip_install -r "$root/$1"); then return 0; fi
    say "$said"
    fail "$1 could not be installed; pip's own words are above."
}

# prepare FILE...: installs requirements.lock, and what is missing of the first file; the others are those it includes.
prepare() {
    set -- "$@" requirements.lock
    is_current "$@" && return
    take_lock
    if ! is_current "$@"; then
        make_venv
        say "Installing $1 into ${venv##*/} (a minute or two the first time) ..."
        if ! install_locked || [ "$1" != requirements.txt ]; then install_ranges "$1"; fi
        mkdir -p "$venv/installed"
        "$python" -m compileall -q "$root/app" || true # as pip does with what it installs: the first start is quick too
        for file; do cp "$root/$file" "$venv/installed/$file"; done
    fi
    give_lock_back
}
