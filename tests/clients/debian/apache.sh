# Apache with the modules of its argument and the lines of its standard input.
start_apache() {
  mkdir -p "$work/www"
  echo "$EMAIL" > "$work/www/index.html"
  echo out > "$work/www/out.txt"
  {
    for module in mpm_event authn_core authz_core authz_user mime headers dir $1; do echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"; done
    printf '%s\n' 'ServerName localhost' "Listen 127.0.0.1:$PORT" "PidFile $work/pid" "ErrorLog $work/error.log" 'TypesConfig /etc/mime.types' "DocumentRoot $work/www" 'User www-data' 'Group www-data'
    cat
  } > "$work/httpd.conf"
  chmod -R a+rX "$work"
  [ "$(id -u)" = 0 ] && chown -R www-data "$work"
  /usr/sbin/apache2 -f "$work/httpd.conf" -DFOREGROUND > "$work/apache.log" 2>&1 &
}
