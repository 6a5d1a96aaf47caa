#!/usr/bin/env bash
# Makes a small Java base image without any registry, for machines that cannot pull one: the runtime of a JDK on this
# machine (jlink), the shared libraries it loads, and a static busybox as its shell.
#   scripts/jre-base-image.sh [NAME:TAG] [JDK HOME]      default: weft/jre-base:local, the JDK of `java` on the path
# An image that was made from the same JDK by the same script is kept.
set -euo pipefail
image=${1:-weft/jre-base:local}
jdk=${2:-${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}}
modules=java.se,jdk.unsupported,jdk.crypto.ec,jdk.httpserver,jdk.net,jdk.jfr,jdk.management,jdk.management.agent
modules=$modules,jdk.naming.dns,jdk.zipfs,jdk.charsets,jdk.localedata,jdk.jcmd

[ -x "$jdk/bin/jlink" ] || { echo "$jdk has no bin/jlink (expected: the home of a JDK)" >&2; exit 1; }
key=$({ cat "$0"; "$jdk/bin/java" -version 2>&1; } | sha256sum | cut -c1-20)
if [ "$(docker image inspect -f '{{index .Config.Labels "dev.weft.base.key"}}' "$image" 2>/dev/null)" = "$key" ]; then
  echo "$image is up to date"
  exit 0
fi

busybox=$(command -v busybox || true)
if [ -z "$busybox" ] || ldd "$busybox" >/dev/null 2>&1; then
  root=()
  [ "$(id -u)" = 0 ] || root=(sudo -n)
  "${root[@]}" apt-get -q -y update >/dev/null
  "${root[@]}" apt-get -q -y install --no-install-recommends busybox-static >/dev/null
  hash -r
  busybox=$(command -v busybox)
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root"/{bin,dev,etc/ssl/certs,home,lib,lib64,opt,proc,root,run,sbin,sys,usr/bin,usr/lib,usr/sbin,var/log}
install -d -m 1777 "$root/tmp" "$root/var/tmp"

case $("$jdk/bin/java" -XshowSettings:properties -version 2>&1 | sed -n 's/.*java.specification.version = //p') in
  17) compress=2 ;;
  *) compress=zip-6 ;;
esac
"$jdk/bin/jlink" --add-modules "$modules" --no-header-files --no-man-pages --strip-java-debug-attributes \
  --compress="$compress" --output "$root/opt/java"
# Some distributions keep the trust store outside the JDK, where jlink does not follow.
[ -s "$root/opt/java/lib/security/cacerts" ] || cp -L "$jdk/lib/security/cacerts" "$root/opt/java/lib/security/cacerts"
"$root/opt/java/bin/java" -Xshare:dump >/dev/null 2>&1 || true

# What the runtime links to, and what the C library opens by name when it resolves host names.
{
  find "$root/opt/java" -type f \( -name '*.so' -o -perm -u+x \) -exec ldd {} \; 2>/dev/null |
    awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\/lib.*ld-linux/ { print $1 }' | grep -v "^$root"
  libc=$(ldd "$jdk/bin/java" | awk '/libc\.so/ { print $3 }')
  find "$(dirname "$libc")" -maxdepth 1 \( -name 'libnss_files.so.2' -o -name 'libnss_dns.so.2' -o -name 'libresolv.so.2' \)
} | sort -u | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done

printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'app:x:10001:10001:app:/tmp:/bin/false' >"$root/etc/passwd"
printf '%s\n' 'root:x:0:' 'app:x:10001:' >"$root/etc/group"
printf '%s\n' 'passwd: files' 'group: files' 'hosts: files dns' >"$root/etc/nsswitch.conf"
[ ! -e /etc/ssl/certs/ca-certificates.crt ] || cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
cp -L "$busybox" "$root/bin/busybox"
for command in $("$busybox" --list); do
  [ "$command" = busybox ] || ln -s busybox "$root/bin/$command"
done

tar -C "$root" --numeric-owner --owner=0 --group=0 -c . |
  docker import -c 'ENV JAVA_HOME=/opt/java' -c 'ENV PATH=/opt/java/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    -c 'ENV LANG=C.UTF-8' -c "LABEL dev.weft.base.key=$key" -c 'CMD ["java", "-version"]' - "$image" >/dev/null
echo "$image made from $jdk: $(docker image inspect -f '{{.Size}}' "$image") bytes"
