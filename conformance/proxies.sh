# shellcheck shell=bash
# Behind nginx, Caddy and HAProxy with the files of idp/packaging/proxies: whom the provider counts
# a wrong password for, when the visitor sends forwarding headers of its own. Sourced by `run`.

proxy_pids=()

# The file of a proxy for a test: on this machine, without TLS.
proxy_file() {
  local name=$1 port=$2 folder=$work/proxies
  mkdir -p "$folder"
  case $name in
    nginx)
      {
        echo "daemon off; pid $folder/nginx.pid; error_log $folder/nginx.log;"
        echo 'events {}'
        echo "http { access_log off;"
        for temporary in client_body proxy fastcgi uwsgi scgi; do
          echo "${temporary}_temp_path $folder/$temporary;"
        done
        sed -e "s/listen 443 ssl;/listen 127.0.0.1:$port;/" -e '/ssl_certificate/d' \
          -e "s/127.0.0.1:8400/127.0.0.1:$base/" "$root/idp/packaging/proxies/nginx.conf"
        echo '}'
      } >"$folder/nginx.conf"
      ;;
    caddy)
      {
        printf '{\n\tadmin off\n\tauto_https off\n}\n'
        sed -e "s/^login.example.se/http:\/\/:$port/" -e "s/127.0.0.1:8400/127.0.0.1:$base/" \
          "$root/idp/packaging/proxies/Caddyfile"
      } >"$folder/Caddyfile"
      ;;
    haproxy)
      sed -e "s/bind :443 ssl crt .*/bind 127.0.0.1:$port/" -e "s/127.0.0.1:8400/127.0.0.1:$base/" \
        "$root/idp/packaging/proxies/haproxy.cfg" >"$folder/haproxy.cfg"
      ;;
  esac
}

start_proxy() {
  local name=$1 port=$2 folder=$work/proxies tries
  proxy_file "$name" "$port"
  case $name in
    nginx) nginx -p "$folder" -c "$folder/nginx.conf" >>"$folder/$name.out" 2>&1 & ;;
    caddy) XDG_DATA_HOME=$folder XDG_CONFIG_HOME=$folder caddy run --config "$folder/Caddyfile" \
      --adapter caddyfile >>"$folder/$name.out" 2>&1 & ;;
    haproxy) haproxy -db -f "$folder/haproxy.cfg" >>"$folder/$name.out" 2>&1 & ;;
  esac
  proxy_pids+=($!)
  for ((tries = 0; tries < 200; tries++)); do
    if listens "$port"; then return; fi
    sleep 0.05
  done
  echo "$name did not start:" >&2
  tail -n 20 "$folder/$name.out" >&2
  return 1
}

stop_proxies() {
  local pid
  for pid in "${proxy_pids[@]}"; do
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  proxy_pids=()
}

proxies() {
  local name port ports=()
  for name in nginx caddy haproxy; do
    port=$(free_port 0)
    start_proxy "$name" "$port"
    ports+=("$name=$port")
  done
  step proxies perl "$root/conformance/proxies.pl" "${ports[@]}"
  stop_proxies
}
