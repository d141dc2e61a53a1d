# Dovecot for one person's empty mailbox, with the passdb of its argument's file.
start_dovecot() {
  mkdir -p "$work/mail" "$work/run"
  chmod 777 "$work/mail"
  cat > "$work/dovecot.conf" <<CFG
base_dir = $work/run
log_path = $work/dovecot.log
protocols = imap
ssl = no
disable_plaintext_auth = no
auth_mechanisms = xoauth2 oauthbearer
default_internal_user = $1
default_internal_group = nogroup
default_login_user = $1
first_valid_uid = 1
service imap-login {
  chroot =
  inet_listener imap {
    address = 127.0.0.1
    port = $PORT
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = $work/oauth2.conf
}
userdb {
  driver = static
  args = uid=65534 gid=65534 home=$work/mail/%u mail=maildir:~/
}
CFG
  chmod -R a+rX "$work"
  dovecot -F -c "$work/dovecot.conf" > "$work/out.log" 2>&1 &
  until_says OK sh -c "echo a LOGOUT | curl -s -m 5 telnet://127.0.0.1:$PORT"
}
login() { curl -sS "imap://127.0.0.1:$PORT/" --user "$1" --login-options AUTH=OAUTHBEARER --oauth2-bearer "$2" > "$work/imap.log" 2>&1; }
