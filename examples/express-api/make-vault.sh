#!/bin/sh
# Makes FOLDER/app.vault.age (DB_PASSWORD and JWT_SECRET) and FOLDER/identity.txt, the key that
# opens it, with Debian's age. Values come from the environment where it has them, from the
# machine's random numbers otherwise. An existing vault is left as it is.
#
#   ./make-vault.sh /etc/nodeward/express-api
set -eu

die() {
  echo "make-vault: $*" >&2
  exit 1
}

[ $# -eq 1 ] || die "usage: make-vault.sh FOLDER"
folder=$1
vault=$folder/app.vault.age
identity=$folder/identity.txt

for tool in age age-keygen flock; do
  command -v "$tool" >/dev/null || die "$tool is missing: apt-get install age util-linux"
done

# 32 random bytes as 64 hexadecimal digits: nothing that TOML would have to escape.
random() {
  od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

db_password=${DB_PASSWORD:-$(random)}
jwt_secret=${JWT_SECRET:-$(random)}
for value in "$db_password" "$jwt_secret"; do
  case $value in
    *[!A-Za-z0-9._~+/=-]*)
      die "a given secret holds a character beyond A-Z a-z 0-9 . _ ~ + / = -"
      ;;
  esac
done

# No file is ever readable by others, not even between its creation and a chmod.
umask 077
mkdir -p "$folder"

# Two tests may want the vault at once: the second waits, and finds it.
exec 9>"$folder/.lock"
flock 9
if [ -e "$vault" ] && [ -e "$identity" ]; then
  exit 0
fi
[ ! -e "$vault" ] ||
  die "$vault exists, but not its identity $identity: remove the vault to start anew"
[ ! -e "$identity" ] ||
  die "$identity exists, but not its vault $vault: remove it to start anew"

age-keygen -o "$identity" 2>/dev/null
recipient=$(age-keygen -y "$identity")
printf 'DB_PASSWORD = "%s"\nJWT_SECRET = "%s"\n' "$db_password" "$jwt_secret" |
  age -e -r "$recipient" -o "$vault"
