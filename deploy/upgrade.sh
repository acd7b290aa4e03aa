#!/bin/sh
# Brings the program to another version, and back to this one when that fails: `sudo make upgrade VERSION=v0.2.0 BACKUP=/backup`. The version is
# a tag or a commit.
#
# While the old version runs, which nothing touches: a sealed backup; beside it the new code, its libraries, its model. Then, stopped: a copy for
# the way back, the new version in place of the old one, the new schema, the check, the start. It is stopped for as long as the copy, the libraries
# (which uv has in its cache by then), the check and the loading of the model take.
set -eu
VERSION=${VERSION:?say which version, e.g. VERSION=v0.2.0}
BACKUP=${BACKUP:?say in which folder backups lie, e.g. BACKUP=/backup}
STOP=${STOP:-systemctl stop frontdoor}
START=${START:-systemctl start frontdoor}
PATIENCE=${PATIENCE:-180} # seconds until the new version must be ready
here=$(pwd)
owner=$(stat -c %U .)
next=$here/build/next
way_back=$here/data/before-upgrade

as_owner() { if [ "$(id -un)" = "$owner" ]; then "$@"; else sudo -u "$owner" "$@"; fi; }
bot() { as_owner .venv/bin/python -W ignore -m bot "$@"; }
say() { printf '%s\n' "$*"; }
forget_next() { as_owner git worktree remove --force "$next" 2>/dev/null || true; }

ready() {
    as_owner .venv/bin/python -W ignore - "$PATIENCE" <<'PYTHON'
import sys, time, urllib.request
from bot.settings import load_settings
settings, end = load_settings(), time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    try:
        urllib.request.urlopen(f"http://{settings.host}:{settings.port}/health/ready", timeout=5)
        sys.exit(0)
    except OSError:
        time.sleep(1)
sys.exit(1)
PYTHON
}

[ -z "$(as_owner git status --porcelain --untracked-files=no)" ] || { say "Files of the program were changed here: git status."; exit 1; }
checked=$(bot check 2>&1) || { say "$checked"; say "python -m bot check says that something is missing. Put that right first."; exit 1; }
was=$(as_owner git rev-parse HEAD)
say "1. A sealed backup into $BACKUP."
bot backup "$BACKUP"

# Models of one version may not load in another, and the newest by its time is loaded: the folder becomes what is given.
put_in_place() {
    as_owner git checkout -q --detach "$1" && as_owner make install || return 1
    if [ -d "$2" ]; then
        as_owner mkdir -p "$models" && as_owner find "$models" -mindepth 1 -delete && as_owner cp -a "$2/." "$models"
    else
        as_owner make train
    fi
}

program_back() {
    say "Back to the code and the model of $was."
    put_in_place "$was" "$way_back/models"
}

start_former() {
    $START && ready && return
    say "THE FORMER VERSION WAS STARTED AND IS NOT READY: journalctl -u frontdoor says why."
    exit 2
}

stopped_for_good() {
    say "THE SERVICE IS STOPPED: $1 could not be put in place. Say why (above), then do what is left of: git checkout $was, make install train,"
    say "python -m bot restore $copy --replace; and start."
    exit 2
}

say "2. The code, the libraries and the model of $VERSION, in build/next; the old version goes on running."
as_owner git fetch -q --tags
forget_next
as_owner git worktree add -q --detach "$next" "$VERSION" || {
    say "There is no version $VERSION: say a tag (git tag) or a commit (git log --oneline --grep=^Release)."
    exit 1
}
becomes=$(as_owner git -C "$next" rev-parse HEAD)
models=$(as_owner .venv/bin/python -W ignore -c "from bot.settings import load_settings; print(load_settings().model_dir)")
[ ! -d .tools ] || as_owner ln -sfn "$here/.tools" "$next/.tools"
[ ! -d "$models" ] || as_owner cp -a "$models" "$next/models" # what was learned here need not be learned again
as_owner env MODEL_DIR="$next/models" make -C "$next" install train || {
    forget_next
    say "$VERSION cannot be installed. Nothing was changed."
    exit 1
}

say "3. Stopped; a copy for the way back, the new version in place, the new schema, the check, the start."
$STOP
copy="(no copy was made)"
keep_copy() {
    as_owner rm -rf "$way_back" && as_owner mkdir -m 700 "$way_back" || return 1
    [ ! -d "$models" ] || as_owner cp -a "$models" "$way_back/models" || return 1
    bot backup "$way_back" --unsealed
}
keep_copy || {
    forget_next
    start_former
    say "No copy could be made. Nothing was changed."
    exit 1
}
copy=$(ls "$way_back"/*.tar.gz)
if put_in_place "$becomes" "$next/models" && bot migrate && bot check && $START && ready; then
    forget_next
    as_owner rm -rf "$way_back"
    say "$VERSION runs. Now: python -m bot alarm test, and look into the console."
    exit 0
fi

say "4. $VERSION does not run as it should: back to what was before."
forget_next
$STOP || true
program_back || stopped_for_good "$was"
bot restore "$copy" --replace || stopped_for_good "the copy"
start_former
say "The former version runs again, with what was stored before step 3. What $VERSION wrote is set aside: see above."
exit 1
