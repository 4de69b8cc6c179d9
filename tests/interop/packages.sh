# Builds one image of three layers for each package manager, in the engines' namespace, and asks the manager in each root.
# $1: where images and answers go. $2: .deb files and .rpm files in directories 0, 1, 2: what each layer installs.
out=$1 made=$2
container=$(buildah from scratch)

# commit KIND LAYER: the next layer of an image.
commit() {
    buildah umount "$container" >/dev/null
    buildah commit --quiet --rm "$container" "localhost/$1:$2" >/dev/null
    container=$(buildah from "localhost/$1:$2")
}

dpkg_layer() {
    mount=$(buildah mount "$container")
    if [ "$1" = 0 ]; then
        mkdir -p "$mount/var/lib/dpkg/info" "$mount/var/lib/dpkg/updates" "$mount/etc"
        : >"$mount/var/lib/dpkg/status"
        printf 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n' >"$mount/etc/os-release"
    fi
    [ "$1" != 2 ] || dpkg --root="$mount" --force-all --log=/dev/null --purge gamma >/dev/null
    dpkg --root="$mount" --force-all --log=/dev/null --install "$made/$1"/*.deb >/dev/null
    dpkg-query --admindir="$mount/var/lib/dpkg" --show \
        --showformat='${db:Status-Status} ${Package} ${Version} ${Architecture}\n' |
        sed -n 's/^installed //p' >"$out/dpkg.$1"
    commit dpkg "$1"
}

# There is no tool of apk in Debian: the list is written as apk writes it, and read by awk.
apk_layer() {
    mount=$(buildah mount "$container")
    mkdir -p "$mount/lib/apk/db"
    cp "$made/$1/installed" "$mount/lib/apk/db/installed"
    awk -F: -v OFS=' ' '/^P:/ { name = $2 } /^V:/ { version = $2 } /^A:/ { machine = $2 }
        /^$/ && name { print name, version, machine; name = "" }' "$mount/lib/apk/db/installed" >"$out/apk.$1"
    commit apk "$1"
}

query='%{name} %{evr} %{arch}\n'

sqlite_layer() {
    mount=$(buildah mount "$container")
    rpm="rpm --root $mount --dbpath /var/lib/rpm"
    [ "$1" != 2 ] || $rpm --nodeps --noscripts -e gamma 2>/dev/null
    $rpm --nodeps --noscripts --nosignature -U "$made/$1"/*.rpm 2>/dev/null
    $rpm -qa --qf "$query" >"$out/sqlite.$1"
    mkdir -p "$out/headers"
    cp "$mount/var/lib/rpm/rpmdb.sqlite" "$out/headers/$1"
    commit sqlite "$1"
}

# The same headers in the form of Berkeley DB.
berkeley_layer() {
    mount=$(buildah mount "$container")
    mkdir -p "$mount/var/lib/rpm"
    rm -f "$mount/var/lib/rpm/Packages"
    python3 "$made/dump.py" "$out/headers/$1" "$2" | db5.3_load "$mount/var/lib/rpm/Packages"
    rpm --root "$mount" --dbpath /var/lib/rpm --define '_db_backend bdb_ro' -qa --qf "$query" \
        >"$out/berkeley.$1" 2>/dev/null
    commit berkeley "$1"
}

for kind in dpkg apk sqlite berkeley; do
    for layer in 0 1 2; do
        # Pages of another size with each layer.
        "${kind}_layer" "$layer" $((512 << layer * 3))
    done
    buildah push --quiet "localhost/$kind:2" "oci:$out/$kind:latest"
    container=$(buildah from scratch)
done
